import type { CatalogDifference } from '@pharos/contract';
import type { ReactElement } from 'react';
import { HostileText } from '../../components/hostile-text.tsx';
import { imageName } from './follower-list.tsx';

/** What an edition changes, by major. */
export function DifferenceList({
  changes,
  label,
}: {
  changes: readonly CatalogDifference[];
  label: string;
}): ReactElement {
  return (
    <ul className="ph-rows" aria-label={label}>
      {changes.map(({ major, before, after }) => (
        <li key={major}>
          <span className="ph-row-main">
            Version {major}: <HostileText text={after === null ? 'not served any more' : imageName(after)} />
            <span className="ph-quiet ph-block">
              {before !== null && after !== null && imageName(before) === imageName(after) ? (
                'the same tag, with another image or other extensions'
              ) : (
                <>
                  before: <HostileText text={before === null ? 'nothing' : imageName(before)} />
                </>
              )}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}
