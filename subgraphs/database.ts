// A service's SQLite database: opened, created and seeded once at start, and read through a wrapper that counts the
// statements of each request, so that a test can see one request become a thousand statements.
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

export interface Tables {
  /** CREATE TABLE and CREATE INDEX statements. */
  create: string;
  /** Fills the new tables; runs inside the transaction that creates them. */
  seed(database: DatabaseSync): void;
}

/** A database file: used as it is when it has tables already, or else created and seeded. */
export class Database {
  private readonly connection: DatabaseSync;
  private readonly prepared = new Map<string, StatementSync>();

  /** @param file A path, or `:memory:`. */
  constructor(file: string, tables: Tables) {
    this.connection = new DatabaseSync(file);
    this.connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
    const existing = this.connection.prepare("SELECT count(*) AS tables FROM sqlite_schema WHERE type = 'table'").get();
    if (Number(existing?.tables) > 0) return;
    // One transaction: a file whose seeding was interrupted is empty, not half full.
    this.connection.exec('BEGIN');
    this.connection.exec(tables.create);
    tables.seed(this.connection);
    this.connection.exec('COMMIT');
    this.connection.exec('ANALYZE');
  }

  /** The database as one request sees it. */
  session(): Session {
    return new Session(this.connection, (sql) => this.prepare(sql));
  }

  close(): void {
    this.connection.close();
  }

  private prepare(sql: string): StatementSync {
    let statement = this.prepared.get(sql);
    if (!statement) {
      statement = this.connection.prepare(sql);
      this.prepared.set(sql, statement);
    }
    return statement;
  }
}

/** Runs statements and counts them. BEGIN, COMMIT and ROLLBACK do not count: they neither read nor write a row. */
export class Session {
  statements = 0;
  private readonly connection: DatabaseSync;
  private readonly prepare: (sql: string) => StatementSync;

  constructor(connection: DatabaseSync, prepare: (sql: string) => StatementSync) {
    this.connection = connection;
    this.prepare = prepare;
  }

  /** All rows, in the shape of the statement's columns, which `Row` has to match. */
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    this.statements += 1;
    return this.prepare(sql).all(...values) as Row[];
  }

  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    this.statements += 1;
    return this.prepare(sql).get(...values) as Row | undefined;
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.statements += 1;
    this.prepare(sql).run(...values);
  }

  /** All of it or nothing. `work` is synchronous, so no other request is executed in between. */
  transaction<Result>(work: () => Result): Result {
    this.connection.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.connection.exec('COMMIT');
      return result;
    } catch (error) {
      this.connection.exec('ROLLBACK');
      throw error;
    }
  }
}
