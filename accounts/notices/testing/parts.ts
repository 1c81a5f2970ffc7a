/** The characters a text carries at seven bits each: 3GPP TS 23.038 §6.2.1, without those that need an escape. */
const GSM = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]*$/;

/** How many messages a text is sent as. */
export const parts = (text: string): number =>
  GSM.test(text)
    ? text.length <= 160 ? 1 : Math.ceil(text.length / 153)
    : text.length <= 70 ? 1 : Math.ceil(text.length / 67); // prettier-ignore
