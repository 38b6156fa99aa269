import { Progress, ProgressMeasureLocation, ProgressSize, ProgressVariant } from '@patternfly/react-core';
import { isFiles, type Registry, type RegistryReading } from '@pharos/contract';
import type { ReactElement } from 'react';
import { type Fact, Facts } from '../../components/facts.tsx';
import { formatCount } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { ReadingStateLabel } from '../../components/labels.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime, useNow } from '../../components/relative-time.tsx';
import { quotaWords, type ReadingState, readingState, recognisedBy, spent } from './reading-words.ts';

/** How the agent reads the registry now, what that costs, and what is left to spend. */
export function ReadingPanel({ registry }: { registry: Registry }): ReactElement {
  const { reading } = registry;
  const facts: readonly (Fact | null)[] = [
    ...(reading === null ? [] : readingFacts(registry, reading)),
    ['Requests', <Spending key="r" registry={registry} />],
    reading === null ? null : ['As of', <RelativeTime key="a" time={reading.at} />],
  ];
  return (
    <Panel title="How it is read">
      <div className="ph-stack-small">
        {reading === null ? (
          <p>Not known yet. The agent in {registry.locationId} tells it as soon as the registry answered it.</p>
        ) : null}
        <Facts label="How it is read" facts={facts} />
      </div>
    </Panel>
  );
}

function readingFacts(registry: Registry, reading: RegistryReading): readonly (Fact | null)[] {
  const { concurrency } = registry.budget;
  return [
    ['Now', <Now key="n" registry={registry} reading={reading} />],
    [
      'Product',
      <span key="p" className="ph-stack-tiny">
        <HostileText text={reading.product} />
        <span className="ph-quiet">
          <HostileText text={recognisedBy(reading)} clamp={300} />
        </span>
      </span>,
    ],
    ['Lists of tags', <Bulk key="b" registry={registry} reading={reading} />],
    isFiles(registry.url) ? null : ['Its own limit', quotaWords(reading.quota)],
    [
      'At once',
      `${formatCount(reading.concurrency)} ${reading.concurrency === 1 ? 'request' : 'requests'}${concurrency === null ? '' : ` of at most ${formatCount(concurrency)}`}; fewer while it is slow or asks for it`,
    ],
  ];
}

const SENTENCES: Record<Exclude<ReadingState, 'paused' | 'reading'>, string> = {
  away: 'It did not answer five times in a row. Soon one request finds out whether it is back.',
  'finding-out': 'It did not answer five times in a row. The next request finds out whether it is back.',
  failing: 'The check says why and what to do. It is tried again at every scan.',
  'used-up': 'Scans go on from where they are as it comes free, hour by hour. A higher allowance reads more.',
};

function Now({ registry, reading }: { registry: Registry; reading: RegistryReading }): ReactElement {
  const now = useNow();
  const state = readingState(registry, Math.max(now, Date.now() - 15_000));
  return (
    <span className="ph-stack-tiny">
      <span className="ph-inline-list">
        <ReadingStateLabel state={state} />
      </span>
      {state === 'reading' ? null : (
        <span className="ph-quiet">
          {state === 'paused' ? (
            <>
              The registry asked to wait; it is asked again <RelativeTime time={reading.pausedUntil} />.
            </>
          ) : (
            SENTENCES[state]
          )}
        </span>
      )}
    </span>
  );
}

/** Whether an unchanged tag costs a request, and if it does, why. */
function Bulk({ registry, reading }: { registry: Registry; reading: RegistryReading }): ReactElement {
  const check = registry.status.checks.find(({ id }) => id === 'bulk');
  if (reading.bulk) {
    return (
      <span className="ph-stack-tiny">
        With digests
        <span className="ph-quiet">An unchanged tag costs no request.</span>
      </span>
    );
  }
  const why = check?.state === 'ok' ? undefined : (check?.cause ?? check?.message);
  return (
    <span className="ph-stack-tiny">
      Without digests
      <span className="ph-quiet">
        {why ? (
          <HostileText text={why} clamp={400} />
        ) : (
          `${reading.product} lists names only, so every tag that may move is asked for.`
        )}
        {check?.state === 'warning' && check.cure ? ' The check tells what to do.' : ''}
      </span>
    </span>
  );
}

/** A bar only where there is an allowance to come to the end of. */
function Spending({ registry }: { registry: Registry }): ReactElement {
  const { requestsPerDay } = registry.budget;
  const count = spent(registry);
  if (requestsPerDay === null) {
    return (
      <span className="ph-stack-tiny">
        {formatCount(count)} in the last 24 hours
        <span className="ph-quiet">no allowance is set</span>
      </span>
    );
  }
  const share = count / requestsPerDay;
  const variant = share >= 1 ? ProgressVariant.danger : share >= 0.9 ? ProgressVariant.warning : undefined;
  const text = `${formatCount(count)} of ${formatCount(requestsPerDay)} in the last 24 hours`;
  return (
    <Progress
      size={ProgressSize.sm}
      aria-label="Requests against the allowance"
      title={text}
      value={Math.min(count, requestsPerDay)}
      max={requestsPerDay}
      measureLocation={ProgressMeasureLocation.none}
      valueText={text}
      variant={variant}
    />
  );
}
