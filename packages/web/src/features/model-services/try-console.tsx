import { Alert, Button, Form, FormGroup, Radio, TextArea } from '@patternfly/react-core';
import type { ModelService, TryAnswer, TryInput } from '@pharos/contract';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useTryService } from '../../api/model-services.ts';
import { fieldErrors } from '../../components/field-errors.ts';
import { FormField, noteId } from '../../components/form-field.tsx';
import { formatCount, plural } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { Panel } from '../../components/panel.tsx';
import { ActionError } from '../../components/states.tsx';

const MAX_TEXT = 16_384;
const SHOWN = 4000;
const KINDS = [
  ['chat', 'Chat', 'The model answers in words.'],
  ['embedding', 'Embedding', 'The model turns the text into numbers.'],
] as const;

/** Asks the service one thing. What it answers is text, and is drawn as nothing else. */
export function TryConsole({ service }: { service: ModelService }): ReactElement {
  const [kind, setKind] = useState<TryInput['kind']>('chat');
  const [text, setText] = useState('');
  const ask = useTryService(service.id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate({ kind, text });
  };
  return (
    <Panel title="Try it">
      <Form onSubmit={submit} isWidthLimited>
        <FormGroup role="radiogroup" label="Ask for" fieldId="try-kind" isInline>
          {KINDS.map(([value, label, description]) => (
            <Radio
              key={value}
              id={`try-${value}`}
              name="try-kind"
              label={label}
              description={description}
              isChecked={kind === value}
              onChange={() => {
                setKind(value);
                ask.reset();
              }}
            />
          ))}
        </FormGroup>
        <FormField
          id="try-text"
          label="Text"
          problem={fieldErrors(ask.error).get('text')}
          helper="It leaves Pharos for the service, which answers within a minute or not at all."
        >
          <TextArea
            id="try-text"
            value={text}
            aria-describedby={noteId('try-text')}
            onChange={(_, value) => setText(value)}
            maxLength={MAX_TEXT}
            rows={4}
            resizeOrientation="vertical"
          />
        </FormField>
        <div>
          <Button type="submit" isLoading={ask.isPending} isDisabled={ask.isPending || text === ''}>
            {ask.isPending ? 'It is being asked' : 'Ask'}
          </Button>
        </div>
        <ActionError error={ask.error} what="Not asked" />
        <div aria-live="polite">{ask.data ? <Answer answer={ask.data} /> : null}</div>
      </Form>
    </Panel>
  );
}

function Answer({ answer }: { answer: TryAnswer }): ReactElement {
  const { ok, status, message, hint, text, dimensions, tokens, durationMs } = answer;
  if (!ok) {
    return (
      <Alert variant="danger" isInline component="h3" title={message}>
        <p>What to do: {hint}</p>
        {status === null ? null : <p className="ph-quiet">HTTP status {status}</p>}
      </Alert>
    );
  }
  const words = [
    `${formatCount(durationMs)} ms`,
    tokens === null ? null : plural(tokens, 'token'),
    dimensions === null ? null : plural(dimensions, 'dimension'),
  ];
  return (
    <div className="ph-stack-small">
      <h3>Answer</h3>
      {text === null ? (
        <p>A vector of {plural(dimensions ?? 0, 'dimension')}.</p>
      ) : text === '' ? (
        <p className="ph-quiet">It answered with no text.</p>
      ) : (
        <div className="ph-answer">
          <HostileText text={text} clamp={SHOWN} />
        </div>
      )}
      <p className="ph-quiet">{words.filter(Boolean).join(' · ')}</p>
    </div>
  );
}
