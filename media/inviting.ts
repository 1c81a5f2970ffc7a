/** A secured far end, among the headers of an INVITE that drachtio-fsmrf makes without a description. */
export const securedEnd = Symbol('secured far end');

export interface SecuredEnd {
  readonly remoteSdp: string;
  /** FreeSWITCH answers, and goes on when the far end, which must have this, has shaken hands with it. */
  readonly onAnswer: (localSdp: string) => void;
}

/** drachtio-srf, as far as endpoints are invited with it. */
export interface InvitingClient {
  createUAC(
    uri: string,
    options: { readonly headers: { readonly [name: string]: string; readonly [securedEnd]?: SecuredEnd } },
  ): Promise<{ readonly remote: { readonly sdp: string } }>;
}

/**
 * The SIP client, as far as drachtio-fsmrf invites endpoints with it. It refuses to make one for a secured far end, but for a caller whom it answers itself;
 * what it then sends is this.
 */
export const inviting = (client: InvitingClient): InvitingClient => ({
  createUAC: async (uri, options) => {
    const far = options.headers[securedEnd];
    const dialog = await client.createUAC(uri, { ...options, ...(far && { localSdp: far.remoteSdp }) });
    far?.onAnswer(dialog.remote.sdp);
    return dialog;
  },
});
