import { useId, useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { useAct } from '../ask/use-act.ts';
import type { Review } from '../pages/documents.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Ending } from '../parts/ending.tsx';
import { Facts } from '../parts/facts.tsx';
import { useSay } from '../parts/said.tsx';
import { When } from '../parts/shown.tsx';
import { useMay } from '../session/session.tsx';
import { useWords } from '../wording/words.tsx';
import { approving, missingIn, nothingChosen, reasons, withReason } from './decision.ts';
import { Picture } from './picture.tsx';

interface LookAtProps {
  readonly review: Review;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** The three pictures beside who somebody says they are; what is decided of them takes two clicks. */
export function LookAt({ review, onClose, onDone }: LookAtProps) {
  const { words } = useWords();
  const say = useSay();
  const may = useMay();
  const { busy, failure, run } = useAct();
  const [chosen, setChosen] = useState(nothingChosen);
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const id = useId();
  const { documents } = words;
  const missing = missingIn(chosen, note);
  const decidable = review.state === 'in-review' && may('document.decide');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (missing !== undefined) return;
    void run(async () => {
      const params = { path: { id: review.id }, header: { 'If-Match': `"${review.version}"` } };
      const said = note.trim();
      const body = {
        decision: chosen.approve ? ('approve' as const) : ('reject' as const),
        ...(!chosen.approve && { reasons: [...chosen.reasons] }),
        ...(said !== '' && { note: said }),
      };
      await bodyOf(client.POST('/v1/staff/documents/{id}/decision', { params, body }));
      say(chosen.approve ? documents.approved(review.name) : documents.rejected(review.name));
      onDone();
    });
  };
  const leave = failure?.status === 409 || failure?.status === 412 ? onDone : onClose;
  return (
    <Dialog title={documents.of(review.name)} onClose={leave}>
      <div class="looked-at">
        <Facts
          facts={[
            [documents.name, review.name],
            [documents.address, review.address.join(', ')],
            [documents.submitted, <When key="at" at={review.submittedAt} />],
            [words.common.by, review.decidedBy],
            [words.common.reason, review.reasons?.map((reason) => documents.reasons[reason]).join('; ')],
            [documents.note, review.note],
          ]}
        />
        <div class="pictures">
          {review.pictures.map(({ side }) => (
            <Picture key={side} url={`/v1/staff/documents/${review.id}/${side}`} label={documents.sides[side]} />
          ))}
        </div>
        <p class="hint">{documents.logged}</p>
        {decidable ? (
          <form onSubmit={submit} noValidate>
            <fieldset class="reason">
              <legend>{documents.question}</legend>
              <div class="offered">
                <button type="button" aria-pressed={chosen.approve} onClick={() => setChosen(approving(chosen))}>
                  {documents.well}
                </button>
                {reasons.map((reason) => (
                  <button
                    type="button"
                    key={reason}
                    aria-pressed={chosen.reasons.includes(reason)}
                    onClick={() => setChosen(withReason(chosen, reason))}
                  >
                    {documents.reasons[reason]}
                  </button>
                ))}
              </div>
            </fieldset>
            {chosen.reasons.includes('other') && (
              <div class="reason">
                <label for={`${id}n`}>{documents.note}</label>
                <textarea
                  id={`${id}n`}
                  rows={2}
                  maxLength={500}
                  aria-describedby={`${id}h`}
                  value={note}
                  onInput={({ currentTarget }) => setNote(currentTarget.value)}
                />
                <p class="hint" id={`${id}h`}>
                  {documents.noteHint}
                </p>
              </div>
            )}
            <div class="effect" aria-live="polite">
              {missing !== 'choice' && (
                <p>
                  <strong>{chosen.approve ? documents.willApprove : documents.willReject}</strong>
                </p>
              )}
            </div>
            <Ending
              missing={tried && missing !== undefined ? documents.missing[missing] : undefined}
              failure={failure}
              busy={busy}
              submit={chosen.reasons.length > 0 ? documents.reject : documents.approve}
              onCancel={leave}
            />
          </form>
        ) : (
          <div class="acts">
            <button type="button" onClick={onClose}>
              {words.common.close}
            </button>
          </div>
        )}
      </div>
    </Dialog>
  );
}
