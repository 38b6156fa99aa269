/** Admission control of the agents, and what it refused last. */
import type { AdmissionRefusal, AdmissionStatus } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { admissionQuery, admissionRefusalsQuery } from '../../api/admission.ts';
import { Code } from '../../components/code.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { formatCount, plural } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { AdmissionModeLabel, ImageStateLabel, SnapshotStateLabel } from '../../components/labels.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ListSkeleton, QueryView } from '../../components/states.tsx';

const SHOWN = 20;

export function AdmissionPanels(): ReactElement {
  const status = useQuery(admissionQuery);
  const hasAgents = (status.data?.items.length ?? 0) > 0;
  return (
    <>
      <Panel title="Admission control">
        <QueryView
          query={status}
          what="admission control"
          skeleton={<ListSkeleton what="admission control" rows={1} />}
        >
          {({ items }) =>
            items.length === 0 ? (
              <SwitchOn />
            ) : (
              <DataTable
                label="Admission control"
                columns={STATUS_COLUMNS}
                rows={items}
                rowKey={(row) => row.agentId}
              />
            )
          }
        </QueryView>
      </Panel>
      {hasAgents ? <Refusals /> : null}
    </>
  );
}

const CONFIG = `dispatcher:
  capabilities:
    admission:
      mode: audit            # enforce, once nothing is refused that should run
      contact: the platform team
`;

function SwitchOn(): ReactElement {
  return (
    <>
      <p>
        No agent has it switched on, so clusters run whatever they are given. With it, an agent refuses every image that
        is not approved for its location. Add this to <code>beacon_agent.yaml</code>, restart the agent, and apply what
        the command writes:
      </p>
      <Code text={CONFIG} what="agent file" />
      <Code text="pharos admission manifest -f beacon_agent.yaml | kubectl apply -f -" what="command" />
    </>
  );
}

const STATUS_COLUMNS: readonly Column<AdmissionStatus>[] = [
  {
    label: 'Agent',
    modifier: 'breakWord',
    cell: (row) => (
      <>
        {row.agent}
        <div className="ph-quiet">{row.locationId}</div>
      </>
    ),
  },
  { label: 'Mode', cell: (row) => <AdmissionModeLabel mode={row.mode} /> },
  {
    label: 'Snapshot',
    modifier: 'breakWord',
    cell: (row) => (
      <div className="ph-stack-tiny">
        <span>
          <SnapshotStateLabel state={row.state} />
        </span>
        <span className="ph-quiet">
          {row.message === '' ? `${plural(row.images, 'image')} with a decision` : <HostileText text={row.message} />}
        </span>
      </div>
    ),
  },
  { label: 'Issued', modifier: 'nowrap', cell: (row) => <RelativeTime time={row.issuedAt} /> },
  { label: 'Admitted', cell: (row) => formatCount(row.admitted + row.warned) },
  { label: 'Refused', cell: (row) => formatCount(row.refused) },
  { label: 'Let through by audit', cell: (row) => formatCount(row.audited) },
  { label: 'Reported', modifier: 'nowrap', cell: (row) => <RelativeTime time={row.reportedAt} /> },
];

function Refusals(): ReactElement {
  const refusals = useQuery(admissionRefusalsQuery(SHOWN));
  return (
    <Panel title="Refused last" id="refused">
      <QueryView query={refusals} what="the refusals" skeleton={<ListSkeleton what="the refusals" rows={3} />}>
        {({ items, total }) =>
          items.length === 0 ? (
            <p className="ph-quiet">Nothing was refused yet: everything that was applied is approved.</p>
          ) : (
            <>
              <DataTable label="Refused last" columns={REFUSAL_COLUMNS} rows={items} rowKey={(row) => String(row.id)} />
              {total > items.length ? (
                <p className="ph-quiet">
                  The last {items.length} of {formatCount(total)}; <code>pharos admission refusals</code> lists them
                  all.
                </p>
              ) : null}
            </>
          )
        }
      </QueryView>
    </Panel>
  );
}

const REFUSAL_COLUMNS: readonly Column<AdmissionRefusal>[] = [
  {
    label: 'Object',
    modifier: 'breakWord',
    width: 20,
    cell: (row) => (
      <>
        {row.kind} <HostileText text={row.namespace === '' ? row.name : `${row.namespace}/${row.name}`} />
        <div className="ph-quiet">{row.locationId}</div>
      </>
    ),
  },
  {
    label: 'Image',
    modifier: 'breakWord',
    width: 35,
    cell: (row) => (
      <>
        {row.image === '' ? 'The object as a whole' : <HostileText text={row.image} />}
        <div className="ph-quiet ph-break">
          <HostileText text={row.image === '' ? row.message : row.message.replaceAll(row.image, 'It')} />
        </div>
      </>
    ),
  },
  {
    label: 'State',
    cell: (row) => (
      <div className="ph-stack-tiny">
        <span>{row.state === null || row.state === 'unknown' ? 'Unknown' : <ImageStateLabel state={row.state} />}</span>
        {row.mode === 'audit' ? <span className="ph-quiet">let through by audit mode</span> : null}
      </div>
    ),
  },
  { label: 'Who asked', modifier: 'breakWord', width: 20, cell: (row) => <HostileText text={row.user} /> },
  { label: 'Times', cell: (row) => formatCount(row.count) },
  { label: 'Last', modifier: 'nowrap', cell: (row) => <RelativeTime time={row.lastAt} /> },
];
