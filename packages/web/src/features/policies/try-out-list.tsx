import { Label } from '@patternfly/react-core';
import type { ImageState, PreviewExample } from '@pharos/contract';
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

/** Some images, each with the sentence of the requirement that decides. */
export function TryOutList({ label, rows, total, empty, marksNew }: TryOutListProps): ReactElement {
  if (rows.length === 0) return <p className="ph-note">{empty}</p>;
  return (
    <>
      {/* A region that scrolls must be reachable by keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <section className="ph-preview-list" aria-label={label} tabIndex={0}>
        <ul className="ph-rows">
          {rows.map(({ digest, repositoryId, repository, tag, state, sentence, isNew }) => (
            <li key={digest}>
              <span className="ph-row-main">
                <Link
                  to="/library/$repositoryId/tags/$name"
                  params={{ repositoryId, name: tag }}
                  className="ph-break"
                  title={digest}
                >
                  {repository}:{tag}
                </Link>
                <span className="ph-quiet ph-block">
                  <HostileText text={sentence} clamp={400} />
                </span>
              </span>
              <span className="ph-row-side">
                {marksNew && isNew ? (
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
          {formatCount(rows.length)} of {formatCount(total)}.
        </p>
      ) : null}
    </>
  );
}
