import type { Arguments, CallOptions } from '../session/callOptions.ts'

/**
 * The functions of your modules, by name. `npx vitest-python types` fills this interface from their annotations. While it
 * is empty, every name can be called and returns `unknown`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: the generated file fills it
export interface PythonFunctions {}

/** The modules whose functions {@link PythonFunctions} lists. Any other name of theirs is a type error. */
// biome-ignore lint/suspicious/noEmptyInterface: the generated file fills it
export interface PythonModules {}

/** Has `strict: true` with the option `types.strict`: then no other name can be called without an explicit type. */
// biome-ignore lint/suspicious/noEmptyInterface: the generated file fills it
export interface PythonTyping {}

/** The names that must be among those of {@link PythonFunctions}. */
export type ClosedNames = PythonTyping extends { strict: true }
  ? string
  : `${keyof PythonModules & string}.${string}`

/** A class of Python, as the generated file describes it. */
export interface PythonClass {
  /** Its own name and those of its base classes. */
  readonly is: object
  /** Its methods, each with `arguments` and `returns`, and with `yields` if it can be streamed. */
  readonly methods: object
  /** Its attributes. */
  readonly attributes: object
  /** Whether it has no other methods. */
  readonly closed?: boolean
}

/** A class that no generated file describes. */
export interface UnknownClass {
  // biome-ignore lint/suspicious/noExplicitAny: an untyped reference may be used in place of every other
  readonly is: any
  readonly methods: object
  readonly attributes: object
}

declare const unset: unique symbol
/** No explicit type argument: the type follows from the name. */
export type Unset = typeof unset

// How it works. A call has three overloads of which at most one takes the number of arguments that is given: the others
// ask for `Impossible` many, and the compiler leaves such overloads out of its error message. So a wrong argument is
// reported at the argument, and a wrong name at the name.
//
// Three rules keep the check of a call independent of the number of functions; P11 measures it:
// - `Names` is a type parameter. The compiler would compute `keyof F` again for each call.
// - The lookups stand in brackets (`[N] extends [Names]`). Otherwise, the compiler compares each call with the
//   arguments of all functions.
// - Entries stand in a box. For brackets, the compiler makes a copy of all methods of arrays with each entry.
interface Box<out T> {
  readonly value: T
}

type Impossible = [never, never, never, never, never, never, never]

type Untyped = [args?: Arguments, options?: CallOptions]

/** A type that names the arguments in the error message. */
export interface ArgumentsMissing<Missing> {
  missing: Missing
}

type RestOfEntry<E> =
  Box<E> extends Box<{ arguments: infer A }>
    ? undefined extends A
      ? [args?: A, options?: CallOptions]
      : [args: A, options?: CallOptions]
    : Untyped

/** The arguments of a known name. */
export type KnownRest<F, Names extends keyof F, N> = string extends N
  ? Impossible
  : [N] extends [Names]
    ? RestOfEntry<F[N]>
    : Impossible

/** The result of a known name. */
export type Result<F, Names extends keyof F, N, Key extends string> = [N] extends [Names]
  ? F[N] extends { [K in Key]: infer R }
    ? R
    : unknown
  : unknown

/** The class of the object that a known name returns. */
export type ResultClass<F, Names extends keyof F, N> = [N] extends [Names]
  ? F[N] extends { ref: infer R extends PythonClass }
    ? R
    : UnknownClass
  : UnknownClass

/** The type that was written, if any. `any` extends every type. */
export type Explicit<T> = unknown extends T ? T : [T] extends [Unset] ? unknown : T

type IsUnset<T> = unknown extends T ? false : [T] extends [Unset] ? true : false

type Status<Names, Closed, T, N> =
  IsUnset<T> extends true
    ? string extends N
      ? 'free'
      : N extends Names
        ? 'known'
        : N extends Closed
          ? 'wrong'
          : 'free'
    : 'free'

/** The name of any other function; for a wrong name, the names that it may have been meant for. */
export type OtherName<Names, Closed, T, N extends string> =
  Status<Names, Closed, T, N> extends 'wrong' ? Suggestions<Names, N> : N

/** The arguments of any other function. */
export type OtherRest<Names, Closed, T, N> =
  Status<Names, Closed, T, N> extends 'known' ? Impossible : Untyped

/** For a known name without its arguments: these. */
export type NeedsArguments<F, Names extends keyof F, N> = N extends Names
  ? F[N] extends { arguments: infer A }
    ? ArgumentsMissing<A>
    : never
  : N

/** No arguments, if the name is known. */
export type NoArguments<Names, N> = [N] extends [Names] ? [] : Impossible

type ModuleOf<N> = N extends `${infer Module}.${string}` ? Module : ''
type SameModule<Names, N> = Extract<Names, `${ModuleOf<N>}.${string}`>
/** A text with each of its letters left out in turn. Two texts with a common member differ in a letter or two. */
type Shorter<S extends string, Head extends string = ''> = S extends `${infer First}${infer Rest}`
  ? `${Head}${Rest}` | Shorter<Rest, `${Head}${First}`>
  : never
type Vague<S extends string> = S | Shorter<S>
type Near<Names, N extends string> = Names extends string
  ? [Vague<Lowercase<Names>> & Vague<Lowercase<N>>] extends [never]
    ? never
    : Names
  : never
/** The names that differ little; else those of the same module; else all. */
type Suggestions<Names, N extends string> = [Near<Names, N>] extends [never]
  ? [SameModule<Names, N>] extends [never]
    ? Names
    : SameModule<Names, N>
  : Near<Names, N>

export type { Impossible }
