/** A value that JavaScript has no type for, as Python writes it. Two are equal if their texts are. */
abstract class Text {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
  toString(): string {
    return this.text
  }
  toJSON(): string {
    return this.text
  }
}

/** Python's `decimal.Decimal`: `new Decimal('1.10')`. */
export class Decimal extends Text {}
/** Python's `uuid.UUID`: `new Uuid(crypto.randomUUID())`. */
export class Uuid extends Text {}
/** Python's `datetime.date`: `new PlainDate('2026-01-31')`. */
export class PlainDate extends Text {}
/**
 * Python's `datetime.datetime` without a time zone: `new PlainDateTime('2026-01-31T12:30:00')`.
 * A moment of numpy or pandas may have nine digits of the second.
 */
export class PlainDateTime extends Text {}
/** Python's `datetime.time`: `new PlainTime('12:30:00')`. */
export class PlainTime extends Text {}

/** Python's `datetime.timedelta`, in its own three whole numbers. */
export class TimeDelta {
  readonly days: number
  readonly seconds: number
  readonly microseconds: number
  constructor(days: number, seconds = 0, microseconds = 0) {
    this.days = days
    this.seconds = seconds
    this.microseconds = microseconds
  }
  /** Milliseconds: `new TimeDelta(1) / 1000` are seconds. */
  valueOf(): number {
    return (this.days * 86_400 + this.seconds) * 1000 + this.microseconds / 1000
  }
}

/** A number that arrives as `float` even if it is whole: `new Float(1)` is Python's `1.0`. */
export class Float {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
  valueOf(): number {
    return this.value
  }
}
