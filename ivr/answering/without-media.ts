/** The SIP status of a call for which the media server gives no endpoint: 488 without a common codec, else 503. */
export const statusWithoutMedia = (error: unknown): 488 | 503 =>
  (error as { status?: number }).status === 488 ? 488 : 503;
