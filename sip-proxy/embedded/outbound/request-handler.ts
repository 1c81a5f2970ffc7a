/** Who says which application takes a request (`<request-handler>` of drachtio.conf.xml). */
export interface RequestHandler {
  /** Upper case, or `*` for every method that has no handler of its own. */
  readonly sipMethod: string;
  readonly httpMethod: 'GET' | 'POST';
  /** `http:` or `https:` to be asked, `tcp://host:port` or `tls://host:port` for an application that is known. */
  readonly url: string;
  /** Whether the certificate of an `https:` must be vouched for. */
  readonly verifyPeer: boolean;
}

/** The handler of a method; undefined: those applications that are connected. */
export const handlerFor = (handlers: readonly RequestHandler[], method: string): RequestHandler | undefined =>
  handlers.find(({ sipMethod }) => sipMethod === method) ?? handlers.find(({ sipMethod }) => sipMethod === '*');

/** Why a handler's URL cannot be used; undefined when it can. */
export const flawOfHandler = (url: string): string | undefined => {
  let parsed;
  try {
    parsed = new URL(url);
  } catch {
    return 'is no URL';
  }
  if (['tcp:', 'tls:'].includes(parsed.protocol)) return parsed.port === '' ? 'names no port' : undefined;
  return ['http:', 'https:'].includes(parsed.protocol) ? undefined : 'is neither http, https, tcp nor tls';
};
