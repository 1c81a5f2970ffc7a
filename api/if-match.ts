/**
 * The tags of an If-Match, without their quotes; undefined without the header. A weak tag matches nothing, nor does what is no tag (RFC 9110 §13.1.1:
 * strong comparison).
 */
export const tagsOf = (header: string | undefined): readonly string[] | undefined =>
  header === undefined
    ? undefined
    : header.split(',').flatMap((tag) => {
        const [, opaque] = /^"([\x21\x23-\x7e]*)"$/.exec(tag.trim()) ?? [];
        return opaque === undefined ? [] : [opaque];
      });
