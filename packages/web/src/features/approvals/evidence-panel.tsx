import type { ApprovalReview } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Facts } from '../../components/facts.tsx';
import { formatBytes, plural } from '../../components/format.ts';
import { EndOfLifeLabel, PlatformList } from '../../components/labels.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { RunsIn } from '../../components/runs-in.tsx';
import { VerificationLabel } from '../../components/verification-label.tsx';

const SBOMS: Readonly<Record<ApprovalReview['sbom'], string>> = {
  read: 'Read: its packages are known',
  attached: 'Something that may hold one is attached, and was not read yet',
  none: 'None is known',
};

const SHOWN_PLACES = 10;

/** What is known of the image, and where it stands. */
export function EvidencePanel({ review }: { review: ApprovalReview }): ReactElement {
  const { tag, verification, sbom, tags, people } = review;
  const { lifecycle } = tag;
  const page = (
    <Link to="/library/$repositoryId/tags/$name" params={{ repositoryId: tag.repositoryId, name: tag.name }}>
      All that is known of it
    </Link>
  );
  return (
    <Panel title="Evidence" actions={page}>
      <Facts
        label="Evidence"
        facts={[
          [
            'Signature',
            <span key="signature" className="ph-inline-list">
              <VerificationLabel state={verification.state} /> {verification.sentence}
            </span>,
          ],
          ['SBOM', SBOMS[sbom]],
          ['Findings', tag.findings === 0 ? 'None' : plural(tag.findings, 'finding')],
          tag.version ? ['Version', tag.version.raw] : null,
          ['Platforms', <PlatformList key="platforms" platforms={tag.platforms} />],
          lifecycle
            ? [
                'Maintained',
                <span key="life" className="ph-inline-list">
                  {lifecycle.isPast ? <EndOfLifeLabel /> : null}
                  {lifecycle.endOfLife === null ? 'The end is not known' : `until ${lifecycle.endOfLife}`}
                </span>,
              ]
            : null,
          ['Created', <RelativeTime key="created" time={tag.createdAt} />],
          ['First seen', <RelativeTime key="seen" time={tag.firstSeenAt} />],
          tag.size === null ? null : ['Size', formatBytes(tag.size)],
          ['Runs in', <RunsIn key="runs" digest={review.digest} repositoryId={tag.repositoryId} name={tag.name} />],
          [
            'Takes',
            ['One approver', 'One approver who did not ask for it', 'Two people: one who asks, one who approves'][
              people
            ],
          ],
          [
            'Stands in',
            <ul key="places" className="ph-plain-list">
              {tags.slice(0, SHOWN_PLACES).map((place) => (
                <li key={`${place.repositoryId} ${place.name}`}>
                  <Link
                    to="/library/$repositoryId/tags/$name"
                    params={{ repositoryId: place.repositoryId, name: place.name }}
                  >
                    {place.repository}:{place.name}
                  </Link>{' '}
                  <span className="ph-quiet">
                    {place.registry}, {place.locationId}
                  </span>
                </li>
              ))}
              {review.places > SHOWN_PLACES ? <li>and {plural(review.places - SHOWN_PLACES, 'more tag')}</li> : null}
            </ul>,
          ],
        ]}
      />
    </Panel>
  );
}
