import type { TrustChange } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { trustChangesQuery } from '../../api/trust.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { QueryView, TextSkeleton } from '../../components/states.tsx';

const WORDS: Readonly<Record<TrustChange['action'], string>> = {
  create: 'trusted',
  update: 'changed',
  delete: 'trusted no longer',
};

/** Who changed what is trusted, the last fifty; of one entry, or of all with those that are gone. */
export function ChangesPanel({ trustId }: { trustId?: string }): ReactElement {
  const changes = useQuery(trustChangesQuery({ limit: 50, trustId }));
  return (
    <Panel title="Changes">
      <QueryView query={changes} what="the changes" skeleton={<TextSkeleton what="the changes" lines={3} />}>
        {({ items, total }) =>
          items.length === 0 ? (
            <p className="ph-quiet">Nothing was changed yet.</p>
          ) : (
            <>
              <ul className="ph-rows">
                {items.map((change) => (
                  <li key={change.id}>
                    <span className="ph-row-main">
                      <HostileText text={change.name} /> {WORDS[change.action]} by {change.actor}
                      <span className="ph-quiet ph-block">
                        <HostileText text={change.detail} />
                      </span>
                    </span>
                    <span className="ph-row-side">
                      <RelativeTime time={change.at} />
                    </span>
                  </li>
                ))}
              </ul>
              {total > items.length ? (
                <p className="ph-quiet">
                  The last {items.length} of {total}.
                </p>
              ) : null}
            </>
          )
        }
      </QueryView>
    </Panel>
  );
}
