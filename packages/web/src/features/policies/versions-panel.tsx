import { Button, FormSelect, FormSelectOption } from '@patternfly/react-core';
import type { Policy, PolicyVersion } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useId, useState } from 'react';
import { policyVersionsQuery, useUpdatePolicy } from '../../api/policies.ts';
import { useMay } from '../../api/session.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { plural } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { DifferenceLabel } from '../../components/labels.tsx';
import { Paging } from '../../components/paging.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { ChangeDialog } from './change-dialog.tsx';
import { type Difference, policyDifferences, stateWords } from './policy-difference.ts';
import { isInForce } from './policy-draft.ts';
import type { PolicySearch } from './search.ts';
import { useNames } from './use-names.ts';

const PAGE = 50;

interface VersionsPanelProps {
  policyId: string;
  /** null: it was deleted, and there is no way back to a version. */
  policy: Policy | null;
}

/** Every version, what two of them say differently, and the way back to one. */
export function VersionsPanel({ policyId, policy }: VersionsPanelProps): ReactElement {
  const [search, change] = useSearchState<PolicySearch>();
  const versions = useQuery(policyVersionsQuery(policyId, { limit: PAGE, cursor: search.cursor }));
  const mayWrite = useMay('policies:write');
  const [restored, setRestored] = useState<PolicyVersion | null>(null);
  const items = versions.data?.items ?? [];
  const to = pick(items, search.to) ?? items[0];
  const from = pick(items, search.from) ?? items[1];

  const columns: readonly Column<PolicyVersion>[] = [
    {
      label: 'Version',
      cell: ({ version }) => (
        <span>
          {version}
          {version === policy?.version ? <span className="ph-quiet"> (now)</span> : null}
        </span>
      ),
    },
    { label: 'When', cell: ({ at }) => <RelativeTime time={at} /> },
    { label: 'By', modifier: 'breakWord', cell: ({ by }) => <HostileText text={by} /> },
    { label: 'State', modifier: 'breakWord', cell: ({ spec }) => stateWords(spec) },
    { label: 'Asks for', cell: ({ spec }) => plural(Object.keys(spec.requirements).length, 'requirement') },
    {
      label: 'Actions',
      hideLabel: true,
      cell: (version) =>
        policy === null || version.version === policy.version ? null : (
          <span className="ph-inline-list">
            <Button
              variant="link"
              isInline
              aria-label={`Compare with now: version ${version.version}`}
              onClick={() => change({ from: String(version.version), to: undefined })}
            >
              Compare with now
            </Button>
            {mayWrite ? (
              <Button
                variant="link"
                isInline
                aria-label={`Restore version ${version.version}`}
                onClick={() => setRestored(version)}
              >
                Restore…
              </Button>
            ) : null}
          </span>
        ),
    },
  ];

  return (
    <div className="ph-stack">
      <QueryView query={versions} what="the versions" skeleton={<ListSkeleton what="the versions" rows={3} />}>
        {(page) => (
          <DataTable
            label="Versions"
            columns={columns}
            rows={page.items}
            rowKey={({ version }) => String(version)}
            isStale={versions.isPlaceholderData}
          />
        )}
      </QueryView>
      <Paging
        page={versions.data}
        search={search}
        listKey={`policy-versions ${policyId}`}
        onPage={(next) => change({ ...next, from: undefined, to: undefined }, 'push')}
      />
      {from === undefined || to === undefined ? (
        versions.data ? (
          <p className="ph-quiet">
            {policy === null
              ? 'There was one version.'
              : 'There is one version yet. With the next one, the two can be compared here.'}
          </p>
        ) : null
      ) : (
        <Compare items={items} from={from} to={to} />
      )}
      {restored === null || policy === null ? null : (
        <Restore policy={policy} version={restored} onClose={() => setRestored(null)} />
      )}
    </div>
  );
}

const pick = (items: readonly PolicyVersion[], version: string | undefined) =>
  items.find((each) => String(each.version) === version);

function Compare({ items, from, to }: { items: readonly PolicyVersion[]; from: PolicyVersion; to: PolicyVersion }) {
  const [, change] = useSearchState<PolicySearch>();
  const names = useNames();
  const id = useId();
  const differences = policyDifferences(from.spec, to.spec, names);
  const choice = (key: 'from' | 'to', label: string, chosen: PolicyVersion) => (
    <span>
      <label htmlFor={`${id}-${key}`} className="ph-label">
        {label}
      </label>
      <FormSelect
        id={`${id}-${key}`}
        value={String(chosen.version)}
        onChange={(_, version) => change({ [key]: version })}
        className="ph-grant-select"
      >
        {items.map(({ version, by }) => (
          <FormSelectOption key={version} value={String(version)} label={`Version ${version}, by ${by}`} />
        ))}
      </FormSelect>
    </span>
  );
  return (
    <Panel title="What is different">
      <div className="ph-stack-small">
        <div className="ph-inline-list">
          {choice('from', 'From', from)}
          {choice('to', 'To', to)}
        </div>
        <div role="status">
          {differences.length === 0 ? (
            <p>
              {from.version === to.version
                ? 'It is the same version twice.'
                : `Versions ${from.version} and ${to.version} say the same.`}
            </p>
          ) : (
            <ul className="ph-rows" aria-label={`From version ${from.version} to version ${to.version}`}>
              {differences.map((difference) => (
                <DifferenceRow key={difference.key} difference={difference} />
              ))}
            </ul>
          )}
        </div>
      </div>
    </Panel>
  );
}

function DifferenceRow({ difference }: { difference: Difference }): ReactElement {
  const { label, change, before, after, came, went } = difference;
  return (
    <li>
      <div className="ph-row-main ph-stack-tiny">
        <strong>{label}</strong>
        {before === '' ? null : (
          <span className="ph-block">
            <span className="ph-quiet">Before:</span>{' '}
            <del>
              <HostileText text={before} clamp={400} />
            </del>
          </span>
        )}
        {after === '' ? null : (
          <span className="ph-block">
            <span className="ph-quiet">After:</span>{' '}
            <ins>
              <HostileText text={after} clamp={400} />
            </ins>
          </span>
        )}
        {came.length === 0 ? null : (
          <span className="ph-block ph-quiet">
            Came: <HostileText text={came.join(', ')} clamp={400} />
          </span>
        )}
        {went.length === 0 ? null : (
          <span className="ph-block ph-quiet">
            Went: <HostileText text={went.join(', ')} clamp={400} />
          </span>
        )}
      </div>
      <span className="ph-row-side">
        <DifferenceLabel change={change} />
      </span>
    </li>
  );
}

function Restore({ policy, version, onClose }: { policy: Policy; version: PolicyVersion; onClose: () => void }) {
  const update = useUpdatePolicy(policy.id);
  return (
    <ChangeDialog
      title={`Restore version ${version.version} of ${policy.name}?`}
      confirm={isInForce(version.spec) ? 'Restore and enforce' : 'Restore'}
      policy={policy}
      then={version.spec}
      isBusy={update.isPending}
      error={update.error}
      onClose={onClose}
      onConfirm={() => update.mutate(version.spec, { onSuccess: onClose })}
    >
      <p>It becomes version {policy.version + 1}; the versions since then are kept.</p>
    </ChangeDialog>
  );
}
