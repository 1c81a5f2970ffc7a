import { useState } from 'preact/hooks';
import { bodyOf, type Body } from '../ask/client.ts';
import { usePages } from '../ask/use-pages.ts';
import { LookAt } from '../documents/look-at.tsx';
import { Heading } from '../parts/heading.tsx';
import { LongTable } from '../parts/list.tsx';
import { OneOf } from '../parts/one-of.tsx';
import { Badge, When } from '../parts/shown.tsx';
import { useWords } from '../wording/words.tsx';

export type Review = Body<'/v1/staff/documents'>['reviews'][number];
const states = ['in-review', 'approved', 'rejected'] as const;

/** Who sent pictures of an identity document, those who have waited longest first. */
export function DocumentsPage() {
  const { words } = useWords();
  const [state, setState] = useState<(typeof states)[number]>('in-review');
  const [looked, setLooked] = useState<Review>();
  const pages = usePages<Review>(state, async (client, cursor, signal) => {
    const query = { state, ...(cursor !== undefined && { cursor }) };
    const { reviews, next } = await bodyOf(client.GET('/v1/staff/documents', { params: { query }, signal }));
    return { rows: reviews, next };
  });
  const { documents } = words;
  return (
    <>
      <Heading title={documents.title} />
      <OneOf
        label={words.common.status}
        choices={states}
        chosen={state}
        wordOf={(one) => documents.states[one]}
        onChoose={setState}
      />
      <LongTable
        label={documents.title}
        pages={pages}
        none={documents.none}
        keyOf={({ id }) => id}
        columns={[
          { head: documents.submitted, cell: ({ submittedAt }) => <When at={submittedAt} /> },
          {
            head: documents.name,
            cell: ({ name, address }) => (
              <>
                {name}
                <small>{address.join(', ')}</small>
              </>
            ),
          },
          {
            head: words.common.status,
            cell: (review) => (
              <>
                <Badge kind={review.state}>{documents.states[review.state]}</Badge>
                {review.reasons && (
                  <small>{review.reasons.map((reason) => documents.reasons[reason]).join('; ')}</small>
                )}
                {review.state !== 'in-review' && <small>{review.decidedBy ?? documents.byItself}</small>}
              </>
            ),
          },
          {
            head: documents.look,
            right: true,
            cell: (review) => (
              <button type="button" onClick={() => setLooked(review)}>
                {documents.look} …
              </button>
            ),
          },
        ]}
      />
      {looked && (
        <LookAt
          review={looked}
          onClose={() => setLooked(undefined)}
          onDone={() => {
            setLooked(undefined);
            pages.reload();
          }}
        />
      )}
    </>
  );
}
