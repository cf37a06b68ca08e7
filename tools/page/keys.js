// keys.js - the keyboard, and the help that lists its keys.
'use strict';

// In the tree: to the parent, the largest child, or the neighbours in the same row.
function moveInTree(key) {
    const {tree, layout, selected} = page.view;
    const place = layout.rank[selected];
    const depth = tree.depth[selected];
    let node = -1;
    if (key === 'ArrowUp') {
        node = tree.parent[selected];
    } else if (key === 'ArrowDown' && tree.children.start[selected] <
        tree.children.start[selected + 1]) {
        node = tree.children.list[tree.children.start[selected]];
    } else if (key === 'ArrowLeft' && place > layout.rowStart[depth]) {
        node = layout.order[place - 1];
    } else if (key === 'ArrowRight' && place + 1 < layout.rowStart[depth + 1]) {
        node = layout.order[place + 1];
    }
    if (node >= 0) {
        select(node);
        reveal(node);
    }
}

function arrow(key) {
    if (document.activeElement !== table.box) {
        moveInTree(key);
    } else if (key === 'ArrowUp' || key === 'ArrowDown') {
        moveRow(key === 'ArrowUp' ? -1 : 1);
    }
}

function rowsInTable() {
    return Math.max(1, Math.floor(table.box.clientHeight / tableRowHeight) - 2);
}

function tableKey(step) {
    return function () {
        if (document.activeElement !== table.box) {
            return false;
        }
        moveRow(step());
        return true;
    };
}

const keys = [
    {names: ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'], shown: '← ↑ → ↓',
        what: 'to the parent, the largest child, a neighbour; in the table, to another row',
        act: arrow},
    {names: ['Enter', 'z'], shown: 'Enter z', what: 'zoom in on the selected pool',
        act: () => zoomTo(page.view.selected)},
    {names: ['Backspace', 'u'], shown: 'Backspace u', what: 'back to what was shown before',
        act: () => back()},
    {names: ['0', 'Home'], shown: '0 Home', what: 'zoom out to all pools',
        act: (key) => key === 'Home' && document.activeElement === table.box ?
            moveRow(-table.rows.length) : zoomTo(0)},
    {names: ['End'], shown: 'End', what: 'in the table, to the last row',
        act: tableKey(() => table.rows.length)},
    {names: ['PageDown'], shown: 'PageDown', what: 'in the table, a page down',
        act: tableKey(rowsInTable)},
    {names: ['PageUp'], shown: 'PageUp', what: 'in the table, a page up',
        act: tableKey(() => -rowsInTable())},
    {names: ['/'], shown: '/', what: 'search; /…/ is a regular expression; Escape ends it',
        act: () => document.getElementById('search').select()},
    {names: ['n'], shown: 'n', what: 'to the next match', act: () => nextMatch(1)},
    {names: ['N'], shown: 'N', what: 'to the previous match', act: () => nextMatch(-1)},
    {names: ['b'], shown: 'b', what: 'by bytes, blocks, reserved bytes or pools',
        act: () => nextMeasure()},
    {names: ['m'], shown: 'm', what: 'equal siblings together, or each by itself',
        act: () => setMerge(!page.merge)},
    {names: ['['], shown: '[', what: 'the previous of equal pools', act: () => otherPool(-1)},
    {names: [']'], shown: ']', what: 'the next of equal pools', act: () => otherPool(1)},
    {names: ['i'], shown: 'i', what: 'the keyboard to the tree',
        act: () => icicle.canvas.focus()},
    {names: ['t'], shown: 't', what: 'the keyboard to the table', act: () => table.box.focus()},
    {names: ['d'], shown: 'd', what: 'light, dark, or as the system is', act: () => changeTheme()},
    {names: ['?'], shown: '?', what: 'this help',
        act: () => document.getElementById('help').showModal()},
];

function pressed(event) {
    const target = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) {
        return;
    }
    if (target.id === 'search' && (event.key === 'Escape' || event.key === 'Enter')) {
        event.preventDefault();
        if (event.key === 'Escape') {
            target.value = '';
            searched();
            icicle.canvas.focus();
        } else {
            nextMatch(event.shiftKey ? -1 : 1);
        }
        return;
    }
    if (target.closest('input, select, dialog[open]') && target.type !== 'checkbox') {
        return;
    }
    if (event.key === 'Enter' && target.closest('button, summary')) {
        return;
    }
    const key = keys.find((one) => one.names.includes(event.key));
    const always = key && (key.names[0] === '?' || key.names[0] === 'd');
    if (key && (page.view || always) && key.act(event.key) !== false) {
        event.preventDefault();
    }
}

function startKeys() {
    const rows = d3.select('#keys').selectAll('tr').data(keys).join('tr');
    rows.append('th').attr('scope', 'row').selectAll('kbd').data((key) => key.shown.split(' '))
        .join('kbd').text((name) => name);
    rows.append('td').text((key) => key.what);
    document.addEventListener('keydown', pressed);
}
