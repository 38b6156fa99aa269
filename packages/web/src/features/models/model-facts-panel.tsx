import { Button } from '@patternfly/react-core';
import type { ModelDetail, ModelFact } from '@pharos/contract';
import { type ReactElement, type ReactNode, useRef, useState } from 'react';
import { useMay } from '../../api/session.ts';
import { type Fact, Facts } from '../../components/facts.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { valueText } from './model-draft.ts';
import { ModelEdit } from './model-edit.tsx';
import { contextText, NOT_KNOWN, sourceText, sourceWord, TASK_NAMES } from './model-words.ts';

/** What is known of the model, each fact with where it is from; whoever may, writes better ones in its place. */
export function ModelFactsPanel({ model }: { model: ModelDetail }): ReactElement {
  const mayWrite = useMay('models:write');
  const [isEditing, setEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setEditing(false);
    // After the form is gone, the focus returns to where it came from.
    setTimeout(() => button.current?.focus());
  };
  return (
    <Panel
      title="Facts"
      actions={
        mayWrite && !isEditing ? (
          <Button ref={button} variant="link" isInline onClick={() => setEditing(true)}>
            Edit facts
          </Button>
        ) : null
      }
    >
      {isEditing ? <ModelEdit model={model} onClose={close} /> : <FactList model={model} />}
    </Panel>
  );
}

function FactList({ model: { facts, key } }: { model: ModelDetail }): ReactElement {
  const text = (value: unknown) => <HostileText text={valueText(value)} />;
  const list: Fact[] = [
    ['Model', <code key="key">{key}</code>],
    ['Task', <Sourced key="t" fact={facts.task} show={(value) => TASK_NAMES[value as keyof typeof TASK_NAMES]} />],
    ['Publisher', <Sourced key="p" fact={facts.publisher} show={text} />],
    ['Description', <Sourced key="d" fact={facts.description} show={text} />],
    ['Parameters', <Sourced key="n" fact={facts.parameters} show={text} />],
    ['Precision', <Sourced key="x" fact={facts.precision} show={text} />],
    ['Licence', <Sourced key="l" fact={facts.licence} show={text} />],
    ['Context length', <Sourced key="c" fact={facts.contextLength} show={(value) => contextText(Number(value))} />],
    ['GPUs', <Sourced key="g" fact={facts.gpuCount} show={(value) => (value === 0 ? 'none' : String(value))} />],
    ['Memory of each', <Sourced key="m" fact={facts.gpuMemoryGiB} show={(value) => `${value} GiB`} />],
    ['Read more', <Sourced key="r" fact={facts.link} show={(value) => <ForeignLink url={String(value)} />} />],
  ];
  return <Facts facts={list} label="Facts" />;
}

interface SourcedProps {
  fact: ModelFact;
  show: (value: unknown) => ReactNode;
}

/** A value with its source below it; an edited one says what it stands in for. */
export function Sourced({ fact, show }: SourcedProps): ReactElement {
  if (fact.value === null) return <span className="ph-quiet">{NOT_KNOWN}</span>;
  return (
    <div>
      {show(fact.value)}
      <SourceLine fact={fact} show={show} />
    </div>
  );
}

export function SourceLine({ fact, show }: SourcedProps): ReactElement | null {
  const words = sourceText(fact);
  if (words === null) return null;
  return (
    <div className="ph-source">
      {fact.source === 'edit' ? (
        <>
          <HostileText text={words} clamp={120} /> <RelativeTime time={fact.at} />
          {fact.otherwise !== null && fact.otherwiseSource !== null ? (
            <>
              , instead of {show(fact.otherwise)} from {sourceWord(fact.otherwiseSource)}
            </>
          ) : null}
        </>
      ) : (
        <>
          from{' '}
          {fact.url === null ? (
            <HostileText text={words} clamp={200} />
          ) : (
            <a href={fact.url} target="_blank" rel="noreferrer noopener">
              {words}
            </a>
          )}
        </>
      )}
    </div>
  );
}

/** Addresses come from images and people: only https leads anywhere, and the reader sees the whole address. */
function ForeignLink({ url }: { url: string }): ReactElement {
  if (!/^https:\/\//.test(url)) return <HostileText text={url} />;
  return (
    <a href={url} target="_blank" rel="noreferrer noopener" className="ph-break">
      <HostileText text={url} />
    </a>
  );
}
