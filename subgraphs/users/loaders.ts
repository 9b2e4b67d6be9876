// Loaders of one request to users: each runs one statement for all the keys of a level of the query.
import type DataLoader from 'dataloader';
import type { Caller } from '../caller.ts';
import type { Page, PageRequest } from '../connection.ts';
import type { Session } from '../database.ts';
import { type ById, loadById, loadByRequest } from '../lookups.ts';
import { pageSql, readPages } from '../pages.ts';
import { type SavedRow, type UserRow, userColumns } from './database.ts';

export interface Context {
  session: Session;
  caller: Caller;
  users: ById<UserRow>;
  userPages: DataLoader<PageRequest, Page<UserRow>, string>;
  savedPages: DataLoader<PageRequest & { userId: string }, Page<SavedRow>, string>;
}

const usersById = `SELECT ${userColumns} FROM users u WHERE u.id IN (SELECT value FROM json_each(?))`;

const userPage = pageSql({
  from: 'users u',
  columns: userColumns,
  where: 'true',
  orderBy: 'u.number',
  behind: "u.number > wanted.request -> 'after' ->> 0",
});

const savedPage = pageSql({
  from: 'saved_items s',
  columns: 's.user_id AS userId, s.kind, s.ref_id AS refId',
  where: "s.user_id = wanted.request ->> 'userId'",
  orderBy: 's.saved_at DESC, s.kind, s.ref_id',
  behind: 'false',
});

export function createContext(session: Session, caller: Caller): Context {
  return {
    session,
    caller,
    users: loadById(session, usersById),
    userPages: loadByRequest((requests) => readPages<UserRow>(session, userPage, requests)),
    savedPages: loadByRequest((requests) => readPages<SavedRow>(session, savedPage, requests)),
  };
}
