import { Alert, TextInput } from '@patternfly/react-core';
import type { TagAt, TagDetail } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useId } from 'react';
import { tagAtQuery } from '../../api/tags.ts';
import { Code } from '../../components/code.tsx';
import { Digest } from '../../components/digest.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { QueryView, TextSkeleton } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import type { TagSearch } from './search.ts';

const TITLES: Record<TagAt['answer'], string> = {
  known: 'It pointed to this digest',
  between: 'It pointed to one of two digests',
  'not-yet': 'Not in the library yet',
  gone: 'It was gone by then',
};

/** "What did it mean on 3 March?" The answer is a digest and a command that pulls it; nothing is written anywhere. */
export function TagThen({ tag }: { tag: TagDetail }): ReactElement {
  const [search, change] = useSearchState<TagSearch>();
  const id = useId();
  return (
    <div className="ph-stack-small">
      <div className="ph-inline-list">
        <label htmlFor={id}>What did the tag point to at the end of</label>
        <span>
          <TextInput
            id={id}
            type="date"
            value={search.at ?? ''}
            max={new Date().toISOString().slice(0, 10)}
            onChange={(_, day) => change({ at: day === '' ? undefined : day })}
          />
        </span>
        <span className="ph-quiet">UTC</span>
      </div>
      {search.at === undefined ? null : <Answer tag={tag} day={search.at} />}
    </div>
  );
}

function Answer({ tag, day }: { tag: TagDetail; day: string }): ReactElement {
  const then = useQuery(tagAtQuery(tag.repositoryId, tag.name, day));
  return (
    <QueryView query={then} what="the answer" skeleton={<TextSkeleton what="the answer" lines={2} />}>
      {(answer) => (
        <Alert
          variant={answer.answer === 'known' ? 'info' : 'warning'}
          isInline
          component="h3"
          title={TITLES[answer.answer]}
          isLiveRegion
        >
          <div className="ph-stack-small">
            {answer.digest === null ? null : (
              <div className="ph-inline-list">
                <Digest digest={answer.digest} />
                {answer.next === null ? null : (
                  <>
                    <span>or</span>
                    <Digest digest={answer.next} />
                  </>
                )}
                {answer.current ? <span className="ph-quiet">It still does.</span> : null}
              </div>
            )}
            {answer.firstSeenAt === null || answer.lastSeenAt === null ? null : (
              <p>
                First seen there <RelativeTime time={answer.firstSeenAt} />, last seen{' '}
                <RelativeTime time={answer.lastSeenAt} />.
              </p>
            )}
            <p>{answer.message}</p>
            {answer.pull[0] ? <Code text={answer.pull[0].command} what={`${answer.pull[0].tool} command`} /> : null}
            {answer.pull.length > 0 && !answer.current ? (
              <p className="ph-quiet">A registry may have removed an image that no tag points to any more.</p>
            ) : null}
          </div>
        </Alert>
      )}
    </QueryView>
  );
}
