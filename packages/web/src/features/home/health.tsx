import type { Overview, Statistics } from '@pharos/contract';
import type { ReactElement } from 'react';
import { CheckCircleIcon, ExclamationTriangleIcon } from '../../components/icons.ts';
import { healthWords } from './health-words.ts';

/** Is the library healthy, in a sentence. */
export function Health({ counts, overview }: { counts: Statistics; overview: Overview }): ReactElement | null {
  const words = healthWords(counts, overview);
  if (words === null) return null;
  const Icon = words.isHealthy ? CheckCircleIcon : ExclamationTriangleIcon;
  return (
    <p className={`ph-health ${words.isHealthy ? 'ph-health-good' : 'ph-health-bad'}`}>
      <Icon /> <strong>{words.title}</strong> {words.text}
    </p>
  );
}
