/** A small shop with one of everything a dump can lack, as SQL for MySQL and MariaDB, and for PostgreSQL. */
import { createHash } from 'node:crypto';

const ROWS = 3000;
const word = (seed: number): string => createHash('sha256').update(String(seed)).digest('hex');

function values(row: (index: number) => string): string {
  return Array.from({ length: ROWS }, (_, index) => `(${row(index + 1)})`).join(',');
}

const orders = values((id) => `${id},'${word(id)}',${id * 7}`);
const notes = values((id) => `${id},'it''s ${word(-id)}; ok'`);

export const MYSQL_SHOP = `
CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(80) NOT NULL) ENGINE=InnoDB;
CREATE TABLE orders (id INT PRIMARY KEY, code CHAR(64) NOT NULL, cents INT NOT NULL, KEY (cents)) ENGINE=InnoDB;
CREATE TABLE notes (id INT PRIMARY KEY, body TEXT NOT NULL) ENGINE=InnoDB;
CREATE TABLE audits (id INT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(80)) ENGINE=InnoDB;
INSERT INTO customers VALUES (1,'Ada'),(2,'Grace');
INSERT INTO orders VALUES ${orders};
INSERT INTO notes VALUES ${notes};
CREATE VIEW big_orders AS SELECT id, cents FROM orders WHERE cents > 1000;
CREATE TRIGGER orders_audit AFTER INSERT ON orders FOR EACH ROW INSERT INTO audits (what) VALUES ('order');
CREATE TRIGGER notes_audit AFTER DELETE ON notes FOR EACH ROW INSERT INTO audits (what) VALUES ('note; gone');
CREATE PROCEDURE tidy() DELETE FROM audits WHERE id < 0;
CREATE FUNCTION twice(n INT) RETURNS INT DETERMINISTIC RETURN n * 2;
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM audits WHERE id < 0;
`;

export const POSTGRES_SHOP = `
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (id int PRIMARY KEY, code char(64) NOT NULL, cents int NOT NULL);
CREATE TABLE notes (id int PRIMARY KEY, body text NOT NULL);
CREATE TABLE audits (id serial PRIMARY KEY, what text);
INSERT INTO customers VALUES (1,'Ada'),(2,'Grace');
INSERT INTO orders VALUES ${orders};
INSERT INTO notes VALUES ${notes};
CREATE INDEX orders_cents ON orders (cents);
CREATE VIEW big_orders AS SELECT id, cents FROM orders WHERE cents > 1000;
CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO audits (what) VALUES (''order''); RETURN NEW; END';
CREATE TRIGGER orders_audit AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION audit();
SELECT lo_from_bytea(0, 'a large object');
`;
