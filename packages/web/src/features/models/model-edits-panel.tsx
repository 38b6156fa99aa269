import type { ModelDetail } from '@pharos/contract';
import type { ReactElement } from 'react';
import { plural } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { valueText } from './model-draft.ts';
import { FIELD_NAMES } from './model-fields.ts';

/** What people wrote about the model, newest first. Nothing is taken out of this list. */
export function ModelEditsPanel({ model: { edits } }: { model: ModelDetail }): ReactElement | null {
  if (edits.length === 0) return null;
  return (
    <Panel title="Edits">
      <ul className="ph-rows">
        {edits.map((edit, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: edits have no id, and the list only grows at its beginning
          <li key={edits.length - index}>
            <span className="ph-row-main">
              {FIELD_NAMES[edit.field]}:{' '}
              {edit.value === null ? (
                'reset'
              ) : edit.field === 'profiles' && Array.isArray(edit.value) ? (
                plural(edit.value.length, 'profile')
              ) : (
                <HostileText text={valueText(edit.value)} clamp={120} />
              )}
            </span>
            <span className="ph-row-side ph-quiet">
              <HostileText text={edit.by} clamp={60} /> <RelativeTime time={edit.at} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
