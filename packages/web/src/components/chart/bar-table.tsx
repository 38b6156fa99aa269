import './chart.css';
import type { ReactElement, ReactNode } from 'react';
import { formatCount } from '../format.ts';

interface BarTableProps {
  caption: string;
  what: string;
  rows: readonly { key: string; name: ReactNode; value: number }[];
}

/** Numbers of a few things with a bar beside each: the table is the picture. */
export function BarTable({ caption, what, rows }: BarTableProps): ReactElement {
  const max = Math.max(1, ...rows.map(({ value }) => value));
  return (
    <table className="ph-bars">
      <caption className="pf-v6-u-screen-reader">{caption}</caption>
      <thead className="pf-v6-u-screen-reader">
        <tr>
          <th scope="col">Name</th>
          <th scope="col">{what}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, name, value }) => (
          <tr key={key}>
            <th scope="row">{name}</th>
            <td>{formatCount(value)}</td>
            <td aria-hidden="true">
              {value > 0 ? <span className="ph-bar" style={{ inlineSize: `${(100 * value) / max}%` }} /> : null}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
