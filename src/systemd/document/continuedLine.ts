/** One logical line: the text between `from` and `to` in `source`, and where in the file each character lies. */
export interface LogicalLine {
  readonly source: string;
  readonly from: number;
  readonly to: number;
  readonly line: number;
  readonly lastLine: number;
  readonly start: number;
  readonly end: number;
  readonly offsetOf: (index: number) => number;
}

/** Collects the pieces of a line that goes on over several, as systemd joins them. */
export class ContinuedLine {
  readonly #start: number;
  readonly #line: number;
  readonly #pieces: string[] = [];
  readonly #offsets: number[] = [];
  #end = 0;
  #lastLine = 0;

  constructor(start: number, line: number) {
    this.#start = start;
    this.#line = line;
  }

  add(piece: string, offset: number, end: number, line: number): void {
    this.#pieces.push(piece);
    this.#offsets.push(offset);
    this.#end = end;
    this.#lastLine = line;
  }

  joined(): LogicalLine {
    const source = this.#pieces.join('');
    return {
      source,
      from: 0,
      to: source.length,
      line: this.#line,
      lastLine: this.#lastLine,
      start: this.#start,
      end: this.#end,
      offsetOf: (index) => this.#offsetOf(index),
    };
  }

  #offsetOf(index: number): number {
    let before = 0;
    for (const [i, piece] of this.#pieces.entries()) {
      if (index < before + piece.length) return (this.#offsets[i] ?? 0) + index - before;
      before += piece.length;
    }
    return this.#end;
  }
}
