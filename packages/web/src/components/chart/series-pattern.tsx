import type { ReactElement } from 'react';

/** Lines over the colour, another form for each series: who sees no colours tells them apart by these. */
const FORMS = ['', 'M0 8L8 0', 'M0 4H8', 'M4 0V8', 'M0 0L8 8', 'M0 4H8M4 0V8', 'M2 2h1M6 6h1'] as const;

const MOST_SERIES = FORMS.length;

export function seriesColor(key: string, index: number): string {
  return `var(--ph-series-${key === 'other' ? 'other' : index % MOST_SERIES})`;
}

/** A fill of a series, to be referred to as `url(#id)`. */
export function SeriesPattern({ id, name, index }: { id: string; name: string; index: number }): ReactElement {
  const form = name === 'other' ? '' : FORMS[index % MOST_SERIES];
  return (
    <pattern id={id} width="8" height="8" patternUnits="userSpaceOnUse">
      <rect width="8" height="8" fill={seriesColor(name, index)} />
      {form ? (
        <path
          d={form}
          fill="none"
          stroke="var(--pf-t--global--background--color--primary--default)"
          strokeWidth="1.5"
          strokeOpacity="0.75"
        />
      ) : null}
    </pattern>
  );
}
