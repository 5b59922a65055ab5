/** The part of DER (X.690) that a certificate takes. */
function der(tag: number, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body)]), body])
}

function lengthOf({ length }: Buffer): number[] {
  if (length < 0x80) return [length]
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
}

export const TRUE: Buffer = der(0x01, Buffer.from([0xff]))

/** @param bytes a positive number, most significant byte first */
export function integer(...bytes: number[]): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  const digits = first < 0 ? [0] : bytes.slice(first)
  // Without the zero, a number whose first bit is 1 would be negative.
  return der(0x02, Buffer.from((digits[0] as number) < 0x80 ? digits : [0, ...digits]))
}

export const bits = (bytes: Uint8Array): Buffer => der(0x03, Buffer.from([0]), bytes)
export const octets = (bytes: Uint8Array): Buffer => der(0x04, bytes)
export const sequence = (...content: Uint8Array[]): Buffer => der(0x30, ...content)
export const set = (...content: Uint8Array[]): Buffer => der(0x31, ...content)
export const optional = (number: number, content: Uint8Array): Buffer => der(0xa0 + number, content)
/** @param tag default: UTF8String */
export const text = (value: string, tag = 0x0c): Buffer => der(tag, Buffer.from(value))

export function objectId(first: number, second: number, ...rest: number[]): Buffer {
  return der(0x06, Buffer.from([40 * first + second, ...rest.flatMap(base128)]))
}

function base128(part: number): number[] {
  const bytes = [part & 0x7f]
  for (let left = part >> 7; left > 0; left >>= 7) bytes.unshift((left & 0x7f) | 0x80)
  return bytes
}

/** RFC 5280 wants two digits for the year before 2050. */
export function time(at: number): Buffer {
  const digits = `${new Date(at).toISOString().replace(/\D/g, '').slice(0, 14)}Z`
  return digits < '2050' ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits))
}
