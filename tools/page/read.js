// read.js - makes a snapshot of the text of a report, or says what is wrong with it.
//
// The format is written down in include/own/report.h. A snapshot has the report as it was read, and
// for each pool, in the order of the report, the number of its parent (-1: none) and its numbers in
// typed arrays: the rest of the page works on these, whatever the number of pools.
'use strict';

const reportFormat = 'own-report';
const reportVersion = 1;
const poolNumbers = ['blocks', 'bytes', 'reserved', 'peak', 'children', 'held', 'deferred'];

function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAmount(value) {
    return typeof value === 'number' && value >= 0;
}

function refuse(what) {
    throw new Error(what);
}

function checkHead(report) {
    if (!isObject(report)) {
        refuse('it is not a report of libown: there is no JSON object in it.');
    }
    if (report.format !== reportFormat) {
        refuse('it is not a report of libown: its format is ' + JSON.stringify(report.format) +
            ', not "' + reportFormat + '".');
    }
    if (report.version !== reportVersion) {
        refuse('its version is ' + JSON.stringify(report.version) + ', and this page reads ' +
            'version ' + reportVersion + ' only. Use the page of the libown that has written it.');
    }
    for (const member of ['library', 'program']) {
        if (typeof report[member] !== 'string') {
            refuse('"' + member + '" is not a string.');
        }
    }
    for (const member of ['process', 'time']) {
        if (!isAmount(report[member])) {
            refuse('"' + member + '" is not a number.');
        }
    }
    for (const member of ['pools', 'holds', 'stacks', 'sites']) {
        if (!Array.isArray(report[member])) {
            refuse('"' + member + '" is not an array.');
        }
    }
}

function checkPool(pool, where) {
    if (!isObject(pool)) {
        refuse(where + ' is not an object.');
    }
    if (typeof pool.id !== 'string' || typeof pool.name !== 'string') {
        refuse(where + ' has no id, or no name.');
    }
    for (const member of poolNumbers) {
        if (!isAmount(pool[member])) {
            refuse(where + '.' + member + ' is not a number.');
        }
    }
    if (pool.limit !== undefined && !isAmount(pool.limit)) {
        refuse(where + '.limit is not a number.');
    }
    if (pool.references !== null && !isAmount(pool.references)) {
        refuse(where + '.references is neither a number nor null.');
    }
    if (pool.site !== undefined && typeof pool.site !== 'string') {
        refuse(where + '.site is not a string.');
    }
}

function checkItems(report) {
    report.holds.forEach(function (hold, i) {
        if (!isObject(hold) || typeof hold.pool !== 'string' || typeof hold.object !== 'string') {
            refuse('holds[' + i + '] has no pool, or no object.');
        }
    });
    report.stacks.forEach(function (stack, i) {
        if (!Array.isArray(stack) || !stack.every(isObject)) {
            refuse('stacks[' + i + '] is not an array of frames.');
        }
    });
    report.sites.forEach(function (site, i) {
        if (!isObject(site) || typeof site.pool !== 'string' || !isAmount(site.blocks) ||
            !isAmount(site.bytes) || !Number.isInteger(site.stack) ||
            report.stacks[site.stack] === undefined) {
            refuse('sites[' + i + '] lacks its pool, a number, or its stack.');
        }
    });
}

// Throws an Error whose message ends the sentence "The file cannot be shown:".
function readSnapshot(text) {
    let report;
    try {
        report = JSON.parse(text);
    } catch (error) {
        refuse('it is not JSON (' + error.message + ').');
    }
    checkHead(report);
    const count = report.pools.length;
    const snapshot = {report, count, parent: new Int32Array(count), number: {}, byId: new Map()};
    for (const member of [...poolNumbers, 'references', 'limit']) {
        snapshot.number[member] = new Float64Array(count);
    }
    report.pools.forEach(function (pool, i) {
        const where = 'pools[' + i + ']';
        checkPool(pool, where);
        if (snapshot.byId.has(pool.id)) {
            refuse(where + ' has the id of another pool.');
        }
        const parent = pool.parent === null ? -1 : snapshot.byId.get(pool.parent);
        if (parent === undefined) {
            refuse(where + ' comes before its parent, or has none.');
        }
        snapshot.byId.set(pool.id, i);
        snapshot.parent[i] = parent;
        for (const member of poolNumbers) {
            snapshot.number[member][i] = pool[member];
        }
        snapshot.number.references[i] = pool.references === null ? Infinity : pool.references;
        snapshot.number.limit[i] = pool.limit === undefined ? 0 : pool.limit;
    });
    checkItems(report);
    return snapshot;
}

// Whether two snapshots are of one process, in which an id names one pool.
function isSameProcess(one, other) {
    return one.report.process === other.report.process &&
        one.report.program === other.report.program;
}

// For each pool or object, the numbers of items of the report that have its id as their `member`.
function indexItems(items, member) {
    const index = new Map();
    items.forEach(function (item, i) {
        const list = index.get(item[member]);
        if (list === undefined) {
            index.set(item[member], [i]);
        } else {
            list.push(i);
        }
    });
    return index;
}

// Made when the first pool is looked at: a report may have many holds.
function itemsOf(snapshot) {
    if (!snapshot.items) {
        snapshot.items = {
            holds: indexItems(snapshot.report.holds, 'pool'),
            holders: indexItems(snapshot.report.holds, 'object'),
            sites: indexItems(snapshot.report.sites, 'pool'),
        };
    }
    return snapshot.items;
}
