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

/** No explicit class. */
export interface UnsetClass extends UnknownClass {
  readonly [unset]: true
}

// How it works. At most one overload takes the given number of arguments and of type arguments, so the compiler reports a
// wrong argument at the argument and a wrong name at the name:
// - two type parameters, with arguments: for a call without an explicit type. There is one for arguments by name and one
//   for positional arguments. The wrong one asks for `Impossible` many options;
// - two type parameters, the name only: for a call without arguments;
// - one type parameter: for a call with an explicit type. Without one, it asks for `Impossible` many arguments.
//
// These rules keep the check of a call independent of the number of functions, and nearly as fast as without types. A unit
// test counts what the compiler creates for a call, and `npm run bench -- types` measures the time:
// - `Names` is a type parameter. The compiler would compute `keyof F` again for each call.
// - A call with arguments by name creates no tuple type: the compiler copies all methods of arrays for each. So these
//   arguments are not compared with the positional ones, they are no `...rest`, and lookups don't stand in brackets
//   (`[N] extends [Names]`).
// - `Lazily` hides a type from the compiler until the name is known. Otherwise, the compiler compares each call with the
//   arguments of all functions, and computes the suggestions for a name that it doesn't know yet.

/** The key `of`, once `N` is known. Until then it is a `string`, which says nothing about the type behind it. */
type Lazily<N> = string extends N ? string : 'of'

type Impossible = [never, never, never, never, never, never, never]

type Untyped = [args?: Arguments, options?: CallOptions]

/** A type that names the arguments in the error message. */
export interface ArgumentsMissing<Missing> {
  missing: Missing
}

interface Box<T> {
  of: T
}

/** Arguments of which some are positional: an array, or an object with the key `*`. */
type Positions = readonly unknown[] | { '*': unknown }

/** `Yes` if the arguments `A` are positional, else `No`. The boxes keep a union in one piece. */
type IfPositional<A, Yes, No> = Box<A> extends Box<Positions> ? Yes : No

interface LazyForms<F, Names extends keyof F, N, Forms> {
  readonly [key: string]: unknown
  readonly of: N extends Names ? F[N][Forms & keyof F[N]] : Arguments | undefined
}

type Forms<F, Names extends keyof F, N, Which> = string extends N
  ? Arguments | undefined
  : LazyForms<F, Names, N, Which>[Lazily<N>]

/**
 * The arguments of a function by name, or none. They are any, if its name is not known.
 *
 * @typeParam A The type of the given arguments. The compiler infers it.
 */
export type ArgumentsOf<F, Names extends keyof F, N, A> = IfPositional<A, A, Forms<F, Names, N, 'arguments'>>

/** The arguments of a function, if some of the given ones are positional. */
export type PositionalOf<F, Names extends keyof F, N, A> = IfPositional<
  A,
  Forms<F, Names, N, 'arguments' | 'positional'>,
  A
>

type Optional = [options?: CallOptions]

/** The options beside arguments by name. */
export type OptionsOf<A> = IfPositional<A, Impossible, Optional>

/** The options beside positional arguments. */
export type PositionalOptions<A> = IfPositional<A, Optional, Impossible>

/** The result of a function. */
export type Result<F, Names extends keyof F, N> = string extends N
  ? unknown
  : N extends Names
    ? F[N]['returns' & keyof F[N]]
    : unknown

/** The items of a function that is streamed. */
export type Items<F, Names extends keyof F, N> = string extends N
  ? unknown
  : N extends Names
    ? F[N] extends { yields: infer R }
      ? R
      : unknown
    : unknown

/** The class of the object that a function returns. */
export type ResultClass<F, Names extends keyof F, N> = string extends N
  ? UnknownClass
  : N extends Names
    ? F[N] extends { ref: infer R extends PythonClass }
      ? R
      : UnknownClass
    : UnknownClass

/** The arguments beside an explicit type. `any` extends every type. */
export type ExplicitRest<T, None = Unset> = unknown extends T
  ? Untyped
  : [T] extends [None]
    ? Impossible
    : Untyped

/** A written type. The compiler does not infer it from the type that the result is expected to have. */
export type Explicit<T> = { of: T }[T extends unknown ? 'of' : never]

type IsWrong<Names, Closed, N> = string extends N
  ? false
  : N extends Names
    ? false
    : N extends Closed
      ? true
      : false

interface LazySuggestions<Names, N extends string> {
  readonly [key: string]: unknown
  readonly of: Suggestions<Names, N>
}

/** The name itself; for a wrong name, the names that it may have been meant for. */
export type NameOf<Names, Closed, N extends string> =
  IsWrong<Names, Closed, N> extends true ? LazySuggestions<Names, N>[Lazily<N>] : N

/** The name of a function that is called without arguments. If it needs some: these. */
export type BareName<F, Names extends keyof F, Closed, N extends string> =
  IsWrong<Names, Closed, N> extends true
    ? LazySuggestions<Names, N>[Lazily<N>]
    : string extends N
      ? N
      : N extends Names
        ? F[N] extends { arguments: infer A }
          ? undefined extends A
            ? N
            : ArgumentsMissing<A>
          : N
        : N

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
