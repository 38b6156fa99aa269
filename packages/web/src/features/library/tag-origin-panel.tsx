import { Button } from '@patternfly/react-core';
import type { TagDetail } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { Facts } from '../../components/facts.tsx';
import { plural } from '../../components/format.ts';
import { Panel } from '../../components/panel.tsx';
import { clauseWords } from '../../components/reason.ts';
import { splitExplanation } from './split-explanation.ts';

/** Where the tag stands, why it is here, and what else points to the same image. */
export function TagOriginPanel({ tag }: { tag: TagDetail }): ReactElement {
  return (
    <>
      <Panel title="Where it is">
        <Facts
          label="Where it is"
          facts={[
            [
              'Registry',
              <Link key="r" to="/manage/registries/$registryId" params={{ registryId: tag.registryId }}>
                {tag.registry}
              </Link>,
            ],
            ['Address', <code key="a" className="ph-break">{`${tag.host}/${tag.repository}:${tag.name}`}</code>],
            [tag.locations.length > 1 ? 'Locations' : 'Location', tag.locations.join(', ')],
          ]}
        />
      </Panel>
      <Panel title="Why it is here">
        <Explanation tag={tag} />
      </Panel>
      <Panel title="Same image">
        <SameDigest tag={tag} />
      </Panel>
    </>
  );
}

/** The rules that take it; those that do not have a say as well, but nobody came for them. */
function Explanation({ tag }: { tag: TagDetail }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const { taking, others } = splitExplanation(tag.explanation);
  return (
    <div className="ph-stack-small">
      <Reasons reasons={taking} />
      {taking.length > 0 && others.length > 0 ? (
        <span>
          <Button variant="link" isInline size="sm" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen
              ? 'Hide the other rules'
              : `${plural(others.length, 'other rule does', 'other rules do')} not take it`}
          </Button>
        </span>
      ) : null}
      {isOpen || taking.length === 0 ? <Reasons reasons={others} /> : null}
    </div>
  );
}

function Reasons({ reasons }: { reasons: TagDetail['explanation'] }): ReactElement {
  return (
    <ul className="ph-rows">
      {reasons.map((each) => (
        <li key={`${each.rule?.id}${each.clause}`}>
          <span className="ph-row-main">
            {each.rule ? (
              <Link to="/manage/rules/$ruleId" params={{ ruleId: each.rule.id }}>
                {each.rule.name}
              </Link>
            ) : (
              'No rule'
            )}
            : {each.reason}
            {each.clause ? (
              <span className="ph-quiet ph-block">
                {clauseWords(each.clause)}
                {each.text ? (
                  <>
                    : <code className="ph-break">{each.text}</code>
                  </>
                ) : null}
              </span>
            ) : null}
          </span>
        </li>
      ))}
    </ul>
  );
}

function SameDigest({ tag }: { tag: TagDetail }): ReactElement {
  if (tag.sameDigest.length === 0) return <p className="ph-quiet">No other tag points to this digest now.</p>;
  return (
    <>
      <p className="ph-quiet">
        {plural(tag.sameDigest.length, 'other tag points', 'other tags point')} to this digest.
      </p>
      <ul className="ph-rows">
        {tag.sameDigest.map((each) => (
          <li key={`${each.repositoryId}/${each.name}`}>
            <Link
              to="/library/$repositoryId/tags/$name"
              params={{ repositoryId: each.repositoryId, name: each.name }}
              className="ph-break"
            >
              {each.repositoryId === tag.repositoryId ? each.name : `${each.registry}/${each.repository}:${each.name}`}
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
