import createClient, { type Client as FetchClient, type Middleware } from 'openapi-fetch';
import type { paths } from '../api-types.ts';
import { Failure } from './failure.ts';

export type Client = FetchClient<paths, `${string}/${string}`>;
type Path = keyof paths;
type Reads = { [P in Path]: paths[P] extends { get: { responses: { 200: unknown } } } ? P : never }[Path];

/** What a GET of this path gives. */
export type Body<P extends Reads> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer B } } } };
}
  ? B
  : never;

/** Who is told of what the server answers: that somebody was heard of, that something is due first, that nobody is signed in. */
export interface Ears {
  used(): void;
  due(): void;
  signedOut(failure: Failure): void;
}

let ears: Ears | undefined;
/** From now on these are told; what is returned ends that. */
export function listenToAnswers(to: Ears): () => void {
  ears = to;
  return () => {
    if (ears === to) ears = undefined;
  };
}

const hearing = (counts: boolean): Middleware => ({
  async onResponse({ response }) {
    if (response.ok && counts) ears?.used();
    if (response.status !== 401 && response.status !== 403) return;
    const failure = new Failure(
      response.status,
      (await response
        .clone()
        .json()
        .catch(() => ({}))) as object,
    );
    if (failure.isSignedOut) ears?.signedOut(failure);
    if (failure.isDue) ears?.due();
  },
});

const clientFor = (counts: boolean): Client => {
  const made = createClient<paths>({
    baseUrl: location.origin,
    // Asked for at each call, as tests replace it.
    fetch: (request) => fetch(request),
    ...(!counts && { headers: { 'Homeline-Background': '1' } }),
  });
  made.use(hearing(counts));
  return made;
};

/** Asks for what somebody did. */
export const client: Client = clientFor(true);
/** Asks by itself: that keeps no session from ending. */
export const background: Client = clientFor(false);

interface Answered<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** What was answered. Throws {@link Failure}; an abort is thrown as it is. */
export async function bodyOf<T>(asked: Promise<Answered<T>>): Promise<T> {
  let answered: Answered<T>;
  try {
    answered = await asked;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Failure(0);
  }
  const { data, error, response } = answered;
  if (!response.ok) throw new Failure(response.status, typeof error === 'object' && error !== null ? error : {});
  return data as T;
}
