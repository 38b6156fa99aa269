import { Button, ExpandableSection } from '@patternfly/react-core';
import type { WebhookAttempt, WebhookDeliveryDetail } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { useRedeliver, webhookDeliveryQuery } from '../../api/webhooks.ts';
import { Code } from '../../components/code.tsx';
import { Facts } from '../../components/facts.tsx';
import { formatDuration } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ActionError, QueryView } from '../../components/states.tsx';
import { DeliveryStateLabel } from './webhook-labels.tsx';
import { hintOf, readable } from './webhook-words.ts';

interface DeliveryPanelProps {
  webhookId: string;
  deliveryId: string;
  isEnabled: boolean;
  onClose: () => void;
}

/** One delivery: its body, and every try with what came back. */
export function DeliveryPanel({ webhookId, deliveryId, isEnabled, onClose }: DeliveryPanelProps): ReactElement {
  const delivery = useQuery(webhookDeliveryQuery(webhookId, deliveryId));
  const redeliver = useRedeliver(webhookId);
  return (
    <Panel
      title="Delivery"
      actions={
        <>
          <Button
            variant="secondary"
            size="sm"
            isDisabled={!isEnabled || redeliver.isPending}
            onClick={() => redeliver.mutate(deliveryId)}
          >
            Send again
          </Button>{' '}
          <Button variant="link" size="sm" onClick={onClose}>
            Close
          </Button>
        </>
      }
    >
      <div className="ph-stack">
        <ActionError error={redeliver.error} what="Not sent again" />
        <QueryView query={delivery} what="the delivery">
          {(data) => <Detail delivery={data} />}
        </QueryView>
      </div>
    </Panel>
  );
}

function Detail({ delivery }: { delivery: WebhookDeliveryDetail }): ReactElement {
  const { id, event, state, status, createdAt, nextAttemptAt, payload, tries } = delivery;
  return (
    <>
      <Facts
        label="About this delivery"
        facts={[
          ['State', <DeliveryStateLabel key="s" state={state} status={status} />],
          ['Event', event],
          [
            'Id',
            <code key="i" className="ph-break">
              msg_{id}
            </code>,
          ],
          ['Made', <RelativeTime key="m" time={createdAt} />],
          nextAttemptAt && state === 'waiting' ? ['Next try', <RelativeTime key="n" time={nextAttemptAt} />] : null,
        ]}
      />
      <div className="ph-stack-tiny">
        <h3 className="ph-label">Tries</h3>
        {tries.length === 0 ? (
          <p className="ph-quiet">None yet.</p>
        ) : (
          <ul className="ph-rows">
            {tries.map((attempt) => (
              <li key={attempt.n}>
                <Try attempt={attempt} />
                <span className="ph-row-side">
                  <RelativeTime time={attempt.at} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
      <div className="ph-stack-tiny">
        <h3 className="ph-label">Body</h3>
        <Code text={readable(payload)} what="body" />
      </div>
    </>
  );
}

/** What came of one try. The answer is somebody else's text. */
export function Try({ attempt }: { attempt: WebhookAttempt }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const { status, durationMs, message, requestHeaders, responseBody } = attempt;
  const hint = hintOf(attempt);
  return (
    <div className="ph-row-main ph-stack-tiny">
      <span>
        <strong>{status === null ? 'No answer' : `Answered ${status}`}</strong> after {formatDuration(durationMs)}.{' '}
        {message}
      </span>
      {hint ? <span>What to do: {hint}</span> : null}
      <ExpandableSection
        toggleText="Headers sent, and the answer"
        isExpanded={isOpen}
        onToggle={(_, next) => setOpen(next)}
        className="ph-tries"
      >
        {isOpen ? (
          <div className="ph-stack-small">
            <Facts
              label="Headers sent"
              facts={Object.entries(requestHeaders).map(([name, value]) => [
                name,
                <code key={name} className="ph-break">
                  {value}
                </code>,
              ])}
            />
            {responseBody === '' ? (
              <p className="ph-quiet">The answer has no body.</p>
            ) : (
              <HostileText text={responseBody} clamp={600} />
            )}
          </div>
        ) : null}
      </ExpandableSection>
    </div>
  );
}
