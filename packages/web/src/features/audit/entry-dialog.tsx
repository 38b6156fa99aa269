import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { AuditEvent } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { auditEventQuery } from '../../api/audit.ts';
import { Facts } from '../../components/facts.tsx';
import { absoluteTime } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { QueryView } from '../../components/states.tsx';
import { toldOf } from './audit-words.ts';
import { OutcomeLabel } from './outcome-label.tsx';

interface EntryDialogProps {
  seq: number;
  onClose: () => void;
}

/** One entry: who, what, before and after, and its links in the chain. */
export function EntryDialog({ seq, onClose }: EntryDialogProps): ReactElement {
  const entry = useQuery(auditEventQuery(seq));
  return (
    <Modal isOpen onClose={onClose} variant="medium" aria-labelledby="audit-entry">
      <ModalHeader title={`Entry ${seq}`} labelId="audit-entry" />
      <ModalBody tabIndex={0}>
        <QueryView query={entry} what="the entry">
          {(data) => <Detail entry={data} />}
        </QueryView>
      </ModalBody>
      <ModalFooter>
        <Button variant="secondary" onClick={onClose}>
          Close
        </Button>
      </ModalFooter>
    </Modal>
  );
}

function Detail({ entry }: { entry: AuditEvent }): ReactElement {
  const { at, actor, actorKind, action, outcome, subjectKind, subject, locationId, reason, requestId } = entry;
  const { fields, more, isChange } = toldOf(entry);
  const code = (text: string) => <code className="ph-break">{text === '' ? '(none)' : text}</code>;
  return (
    <div className="ph-stack">
      <Facts
        label="About this entry"
        facts={[
          ['When', absoluteTime(at)],
          ['Who', <HostileText key="w" text={`${actor} (${actorKind})`} />],
          ['Action', code(action)],
          ['Outcome', <OutcomeLabel key="o" outcome={outcome} />],
          subject === '' ? null : ['Subject', <HostileText key="s" text={`${subjectKind} ${subject}`.trim()} />],
          locationId === null ? null : ['Location', <HostileText key="l" text={locationId} />],
          reason === '' ? null : ['Reason', <HostileText key="r" text={reason} />],
          requestId === null ? null : ['Request', code(requestId)],
          ...more.map(([name, value]) => [name, <HostileText key={name} text={value} />] as const),
        ]}
      />
      {fields.length > 0 ? <Fields fields={fields} isChange={isChange} isGone={action.endsWith('.delete')} /> : null}
      <Facts
        label="Links in the chain"
        facts={[
          ['Hash', code(entry.hash)],
          ['Previous hash', code(entry.previousHash)],
        ]}
      />
    </div>
  );
}

function Fields({
  fields,
  isChange,
  isGone,
}: {
  fields: ReturnType<typeof toldOf>['fields'];
  isChange: boolean;
  isGone: boolean;
}): ReactElement {
  const after = isChange ? 'After' : isGone ? 'Before' : 'Asked for';
  return (
    <Table aria-label="What was changed" variant="compact" gridBreakPoint="grid-md">
      <Thead>
        <Tr>
          <Th>Field</Th>
          {isChange ? <Th>Before</Th> : null}
          <Th>{after}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {fields.map(({ field, before, after: value }) => (
          <Tr key={field}>
            <Td dataLabel="Field">{field}</Td>
            {isChange ? <Td dataLabel="Before">{before === null ? null : <HostileText text={before} />}</Td> : null}
            <Td dataLabel={after}>
              <HostileText text={value} />
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
