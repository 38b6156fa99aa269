import type { ReactElement } from 'react';
import { formatBytes, formatCount } from './format.ts';
import { Unknown } from './labels.tsx';

/** A size for people, exact bytes on hover. */
export function Size({ bytes, absent = 'not read yet' }: { bytes: number | null; absent?: string }): ReactElement {
  if (bytes === null) return <Unknown word={absent} />;
  return <span title={`${formatCount(bytes)} bytes`}>{formatBytes(bytes)}</span>;
}
