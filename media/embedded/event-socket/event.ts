/** An event as FreeSWITCH's event socket shows it: headers in order, all values text, and perhaps a body. */
export type EventHeaders = Record<string, string>;

export type SocketEvent = {
  readonly name: string;
  /** Event-Subclass of a CUSTOM event. */
  readonly subclass?: string;
  readonly headers: EventHeaders;
  readonly body?: string;
};

/** Values in the plain form are percent-encoded; headers that are read as they are, such as Content-Type, hold no such characters. */
export const encodeValue = (value: string): string =>
  encodeURIComponent(value).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** `Name: value` lines with encoded values. */
export const plainLines = (headers: EventHeaders): string => {
  let text = '';
  for (const [name, value] of Object.entries(headers)) text += `${name}: ${encodeValue(value)}\n`;
  return text;
};

export type EventFormat = 'plain' | 'json';

/** The event as a whole message of the event socket. */
export function formatEvent(event: SocketEvent, format: EventFormat): string {
  const { headers, body } = event;
  let text: string;
  if (format === 'json') {
    text = JSON.stringify(
      body === undefined ? headers : { ...headers, 'Content-Length': String(Buffer.byteLength(body)), _body: body },
    );
  } else {
    text = plainLines(headers);
    text += body === undefined ? '\n' : `Content-Length: ${Buffer.byteLength(body)}\n\n${body}`;
  }
  return `Content-Length: ${Buffer.byteLength(text)}\nContent-Type: text/event-${format}\n\n${text}`;
}
