import { Button, Form, TextArea, TextInput } from '@patternfly/react-core';
import type { ApprovalRequest, ApprovalReview } from '@pharos/contract';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useAssignApproval, useCommentApproval } from '../../api/approvals.ts';
import { useMay, useSession } from '../../api/session.ts';
import { FormField } from '../../components/form-field.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ActionError } from '../../components/states.tsx';

const STATES: Readonly<Record<ApprovalRequest['state'], string>> = {
  open: 'Open',
  withdrawn: 'Withdrawn',
  decided: 'Answered',
};

/** Who asked for it, and why. */
export function RequestsPanel({ review }: { review: ApprovalReview }): ReactElement {
  return (
    <Panel title="Requests">
      <ul className="ph-rows">
        {review.requests.map((request) => (
          <li key={request.id}>
            <span className="ph-row-main">
              {request.requestedBy}: <HostileText text={request.reason} />
              <span className="ph-quiet ph-block">{STATES[request.state]}</span>
            </span>
            <RelativeTime time={request.at} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** What was said, and who looks at it. */
export function CommentsPanel({ review }: { review: ApprovalReview }): ReactElement {
  const { comments, digest } = review;
  const comment = useCommentApproval(digest);
  const [text, setText] = useState('');
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') comment.mutate(text.trim(), { onSuccess: () => setText('') });
  };
  return (
    <Panel title="Comments">
      <div className="ph-stack">
        {comments.length === 0 ? <p className="ph-quiet">Nobody said anything yet.</p> : null}
        <ul className="ph-rows">
          {comments.map((each) => (
            <li key={each.id}>
              <span className="ph-row-main">
                <strong>{each.author}</strong> <HostileText text={each.text} clamp={1000} />
              </span>
              <RelativeTime time={each.at} />
            </li>
          ))}
        </ul>
        <Form onSubmit={save}>
          <ActionError error={comment.error} what="Nothing was written" />
          <FormField id="comment" label="Say something">
            <TextArea
              id="comment"
              value={text}
              onChange={(_, value) => setText(value)}
              rows={2}
              maxLength={4000}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save(event);
              }}
            />
          </FormField>
          <div>
            <Button type="submit" variant="secondary" isLoading={comment.isPending} isDisabled={text.trim() === ''}>
              Comment
            </Button>
          </div>
        </Form>
        <Assignee review={review} />
      </div>
    </Panel>
  );
}

function Assignee({ review: { assignee, digest } }: { review: ApprovalReview }): ReactElement {
  const assign = useAssignApproval(digest);
  const mayAssign = useMay('images:decide');
  const session = useSession();
  const [name, setName] = useState('');
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '') assign.mutate(name.trim(), { onSuccess: () => setName('') });
  };
  const isMe = session?.kind === 'session' && assignee !== session.name;
  return (
    <div className="ph-stack-small">
      <p>{assignee === null ? 'Nobody was asked to look at it.' : `${assignee} looks at it.`}</p>
      {mayAssign ? (
        <Form onSubmit={save}>
          <ActionError error={assign.error} what="Not assigned" />
          <FormField id="assignee" label="Who looks at it">
            <TextInput id="assignee" value={name} onChange={(_, value) => setName(value)} placeholder="User name" />
          </FormField>
          <div className="ph-inline-list">
            <Button type="submit" variant="secondary" isDisabled={name.trim() === '' || assign.isPending}>
              Assign
            </Button>
            {isMe ? (
              <Button variant="link" isInline onClick={() => assign.mutate(session.name)}>
                Assign to me
              </Button>
            ) : null}
            {assignee === null ? null : (
              <Button variant="link" isInline onClick={() => assign.mutate(null)}>
                Nobody
              </Button>
            )}
          </div>
        </Form>
      ) : null}
    </div>
  );
}
