import type { ComponentChildren } from 'preact';
import type { Pages } from '../ask/use-pages.ts';
import { useWords } from '../wording/words.tsx';
import { Failed } from './failed.tsx';
import { Loading } from './loaded.tsx';

export interface Column<T> {
  readonly head: string;
  /** Figures stand to the right. */
  readonly right?: boolean;
  readonly cell: (row: T) => ComponentChildren;
}

interface TableProps<T> {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string;
}

export function Table<T>({ label, columns, rows, keyOf }: TableProps<T>) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            {columns.map(({ head, right }) => (
              <th key={head} scope="col" {...(right && { class: 'right' })}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ head, right, cell }) => (
                <td key={head} {...(right && { class: 'right' })}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A list that grows when somebody asks for more. */
export function LongTable<T>({
  pages,
  none,
  ...table
}: Omit<TableProps<T>, 'rows'> & { pages: Pages<T>; none: string }) {
  const { words } = useWords();
  const { rows, failure, loading, more, reload } = pages;
  return (
    <>
      {rows.length > 0 && <Table rows={rows} {...table} />}
      {rows.length === 0 && !loading && !failure && <p class="empty">{none}</p>}
      {failure && !loading && <Failed failure={failure} onRetry={reload} />}
      {loading && <Loading />}
      {more && !loading && (
        <button type="button" class="more" onClick={() => more()}>
          {words.common.more}
        </button>
      )}
    </>
  );
}
