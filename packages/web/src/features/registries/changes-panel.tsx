import { Button } from '@patternfly/react-core';
import type { RegistryEvent } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { registryEventsQuery } from '../../api/registries.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { ChangeLabel, changeWord } from '../../components/labels.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ListSkeleton, QueryView } from '../../components/states.tsx';
import { checkName, groupChanges } from './check-words.ts';

const FEW = 10;
/** All that are kept. */
const ALL = 200;

/** What changed about how the registry answers. The agent checks it once an hour and whenever a scan fails or works again. */
export function ChangesPanel({ registryId }: { registryId: string }): ReactElement {
  const [limit, setLimit] = useState(FEW);
  const events = useQuery(registryEventsQuery(registryId, limit));
  return (
    <Panel title="Changes">
      <QueryView query={events} what="the changes" skeleton={<ListSkeleton what="the changes" rows={3} />}>
        {(page) =>
          page.items.length === 0 ? (
            <p className="ph-quiet">
              Nothing yet. The first check and every change after it stand here; it is checked again every hour.
            </p>
          ) : (
            <div className="ph-stack-small">
              <ol className="ph-rows">
                {groupChanges(page.items).map(({ at, lead, others }) => (
                  <li key={lead.id}>
                    <div className="ph-row-main ph-stack-tiny">
                      <Change event={lead} />
                      {others.map((event) => (
                        <Cause key={event.id} event={event} lead={lead} />
                      ))}
                    </div>
                    <span className="ph-row-side">
                      <RelativeTime time={at} />
                    </span>
                  </li>
                ))}
              </ol>
              {page.next !== null && limit < ALL ? (
                <span>
                  <Button variant="link" isInline isLoading={events.isFetching} onClick={() => setLimit(ALL)}>
                    Show all {page.total}
                  </Button>
                </span>
              ) : null}
            </div>
          )
        }
      </QueryView>
    </Panel>
  );
}

function Change({ event }: { event: RegistryEvent }): ReactElement {
  return (
    <>
      <span className="ph-inline-list">
        <strong>{checkName(event.subject)}</strong>
        <ChangeLabel change={event} />
        <span className="ph-quiet">{before(event)}</span>
      </span>
      <HostileText text={event.message} clamp={300} />
    </>
  );
}

/** A check that changed with the whole; its sentence is often that of the whole, and is not said twice. */
function Cause({ event, lead }: { event: RegistryEvent; lead: RegistryEvent }): ReactElement {
  return (
    <span className="ph-quiet ph-break">
      {checkName(event.subject)}: {changeWord(event.subject, event.to).toLowerCase()}
      {event.from === null ? '' : `, before: ${changeWord(event.subject, event.from).toLowerCase()}`}
      {event.message === lead.message ? null : (
        <>
          . <HostileText text={event.message} clamp={300} />
        </>
      )}
    </span>
  );
}

/** What an agent does has its sentence; only states of the registry and of checks are compared. */
function before({ subject, from }: RegistryEvent): string {
  if (from === null) return subject === 'registry' ? 'first check' : '';
  if (subject === 'breaker' || subject === 'pause' || subject === 'allowance') return '';
  return `before: ${changeWord(subject, from).toLowerCase()}`;
}
