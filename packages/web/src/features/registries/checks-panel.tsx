import { ExpandableSection } from '@patternfly/react-core';
import type { Check, RegistryStatus } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { Facts } from '../../components/facts.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { CheckStateLabel } from '../../components/labels.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { TextSkeleton } from '../../components/states.tsx';
import { checkName } from './check-words.ts';

/** Every step of the last check: what was seen, why, and what to do. */
export function ChecksPanel({ status, isChecking }: { status: RegistryStatus; isChecking: boolean }): ReactElement {
  return (
    <Panel title="Connection check">
      {isChecking ? <TextSkeleton what="the check" lines={6} /> : <Result status={status} />}
    </Panel>
  );
}

function Result({ status }: { status: RegistryStatus }): ReactElement {
  if (status.checks.length === 0) {
    return (
      <p>
        {status.message || 'The connection was not checked yet.'} “Test connection” tries every step and says what works
        and what to fix.
      </p>
    );
  }
  const done = status.checks.filter((check) => check.state !== 'skipped');
  const skipped = status.checks.filter((check) => check.state === 'skipped');
  return (
    <div className="ph-stack-small">
      <p className="ph-quiet">
        {status.message} Checked <RelativeTime time={status.checkedAt} />.
      </p>
      <CheckList checks={done} />
      {skipped.length > 0 ? <Skipped checks={skipped} /> : null}
    </div>
  );
}

function CheckList({ checks }: { checks: readonly Check[] }): ReactElement {
  return (
    <ol className="ph-rows">
      {checks.map((check) => (
        <li key={check.id} className="ph-check">
          <CheckRow check={check} />
        </li>
      ))}
    </ol>
  );
}

/** What had nothing to try or is not there: for who wonders, and in nobody's way. */
function Skipped({ checks }: { checks: readonly Check[] }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const what = `${checks.length === 1 ? 'One check was' : `${checks.length} checks were`} skipped`;
  return (
    <ExpandableSection
      toggleText={what}
      isExpanded={isOpen}
      onToggle={(_, open) => setOpen(open)}
      toggleId="skipped-toggle"
      contentId="skipped"
      isIndented
    >
      <CheckList checks={checks} />
    </ExpandableSection>
  );
}

function CheckRow({ check }: { check: Check }): ReactElement {
  const needsHelp = check.state === 'error' || check.state === 'warning';
  return (
    <div className="ph-stack-tiny ph-grow">
      <span className="ph-inline-list">
        <strong>{checkName(check.id)}</strong>
        <CheckStateLabel state={check.state} />
      </span>
      <HostileText text={check.message} clamp={600} />
      {needsHelp && (check.cause || check.cure || check.evidence || check.code) ? (
        <Facts
          label={`${checkName(check.id)}: help`}
          facts={[
            check.cause && check.cause !== check.message
              ? ['Cause', <HostileText key="c" text={check.cause} clamp={600} />]
              : null,
            check.cure ? ['What to do', <HostileText key="d" text={check.cure} clamp={600} />] : null,
            check.evidence ? ['Seen', <HostileText key="e" text={check.evidence} clamp={300} />] : null,
            check.code ? ['Code', <code key="o">{check.code}</code>] : null,
          ]}
        />
      ) : null}
    </div>
  );
}
