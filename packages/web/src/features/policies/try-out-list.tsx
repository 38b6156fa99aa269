import { Label } from '@patternfly/react-core';
import type { ImageState, PolicyPreview, PreviewExample } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { formatCount } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { ImageStateLabel } from '../../components/labels.tsx';

interface TryOutListProps {
  label: string;
  rows: readonly PreviewExample[];
  total: number;
  empty: string;
  /** What is new is marked, where not all of it is. */
  marksNew: boolean;
}

type LinkedImage = Pick<PreviewExample, 'digest' | 'repositoryId' | 'repository' | 'tag'>;

function ImageLink({ image: { digest, repositoryId, repository, tag } }: { image: LinkedImage }): ReactElement {
  return (
    <Link
      to="/library/$repositoryId/tags/$name"
      params={{ repositoryId, name: tag }}
      className="ph-break"
      title={digest}
    >
      {repository}:{tag}
    </Link>
  );
}

/** Images that run now and that the policy would be against, with where. */
export function InUseList({ inUse }: { inUse: PolicyPreview['inUse'] }): ReactElement {
  return (
    <div className="ph-stack-tiny">
      <p>What runs keeps running: a policy is about approvals.</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="ph-preview-list" aria-label="Images in use" tabIndex={0}>
        <ul className="ph-rows">
          {inUse.first.map(({ effect, uses, where, ...image }) => (
            <li key={image.digest}>
              <span className="ph-row-main">
                <ImageLink image={image} />
                {where.map(({ locationId, namespace, kind, name, container, owner }) => (
                  <span
                    key={`${locationId} ${namespace} ${kind} ${name} ${container}`}
                    className="ph-quiet ph-block ph-break"
                  >
                    {locationId}: {namespace}/{kind}/{name}
                    {owner === null ? '' : ` of ${owner}`}
                  </span>
                ))}
                {uses > where.length ? (
                  <span className="ph-quiet ph-block">and {formatCount(uses - where.length)} more</span>
                ) : null}
              </span>
              <span className="ph-row-side">
                <Label isCompact variant="outline" color={effect === 'rejected' ? 'red' : 'yellow'}>
                  {effect === 'rejected' ? 'Rejected' : 'Forbidden'}
                </Label>
              </span>
            </li>
          ))}
        </ul>
      </section>
      {inUse.images > inUse.first.length ? (
        <p className="ph-quiet">
          The {formatCount(inUse.first.length)} with the most uses, of {formatCount(inUse.images)}.
        </p>
      ) : null}
    </div>
  );
}

/** Some images, each with the sentence of the requirement that decides. */
export function TryOutList({ label, rows, total, empty, marksNew }: TryOutListProps): ReactElement {
  if (rows.length === 0) return <p className="ph-note">{empty}</p>;
  const isMixed = rows.some(({ isNew }) => isNew) && rows.some(({ isNew }) => !isNew);
  return (
    <div className="ph-stack-tiny">
      {/* A region that scrolls must be reachable by keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <section className="ph-preview-list" aria-label={label} tabIndex={0}>
        <ul className="ph-rows">
          {rows.map(({ state, sentence, isNew, ...image }) => (
            <li key={image.digest}>
              <span className="ph-row-main">
                <ImageLink image={image} />
                <span className="ph-quiet ph-block">
                  <HostileText text={sentence} clamp={400} />
                </span>
              </span>
              <span className="ph-row-side">
                {marksNew && isMixed && isNew ? (
                  <Label isCompact color="blue" variant="outline">
                    New
                  </Label>
                ) : null}
                <ImageStateLabel state={state as ImageState} />
              </span>
            </li>
          ))}
        </ul>
      </section>
      {total > rows.length ? (
        <p className="ph-quiet">
          The first {formatCount(rows.length)} of {formatCount(total)}.
        </p>
      ) : null}
    </div>
  );
}
