import type { TagDetail } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { clauseWords } from '../../components/reason.ts';

/** What each rule says of a tag, with the clause that decided. */
export function RuleReasons({ reasons }: { reasons: TagDetail['explanation'] }): ReactElement {
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
