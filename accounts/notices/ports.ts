/** Whether a provider took a message. */
export type Taken =
  | { readonly kind: 'accepted'; readonly providerId: string | null }
  /** For good: it will not be better later. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Surely not taken, and may be tried again. */
  | { readonly kind: 'not-now'; readonly reason: string }
  /** Taken or not: the answer is missing. */
  | { readonly kind: 'in-doubt'; readonly reason: string };

export interface Text {
  /** E.164. */
  readonly to: string;
  readonly body: string;
  /** The body has a place for the digits that prove a number; see fill-proof.ts. */
  readonly proofId?: string;
}

/** A provider of text messages. */
export interface TextSender {
  /** Throws nothing that is expected. */
  send(text: Text): Promise<Taken>;
  /** Ids of the messages to this number with exactly these words since then. Throws when it cannot be known. */
  find(text: Text & { readonly since: Date }): Promise<readonly string[]>;
}

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly body: string;
  /** It has in it what somebody wrote: no log shows it. */
  readonly confidential?: true;
  /** The same for every attempt: makes the Message-ID (RFC 5322 §3.6.4). */
  readonly noticeId: string;
  /** The body has places for what proves an address; see fill-proof.ts. */
  readonly proofId?: string;
}

/** A mail server. It cannot be asked what it took: SMTP has no such command. */
export interface MailSender {
  /** Throws nothing that is expected. */
  send(mail: Mail): Promise<Taken>;
}
