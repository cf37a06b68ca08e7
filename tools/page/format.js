// format.js - numbers and times as text.
'use strict';

const countFormat = d3.format(',');
const scaledFormat = d3.format(',.2~f');
const shareFormat = d3.format('.1%');
const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
const byteMembers = new Set(['bytes', 'reserved', 'peak', 'limit', 'size']);

function formatCount(value) {
    return value === Infinity ? 'immortal' : countFormat(value);
}

function formatBytes(value) {
    let unit = 0;
    let scaled = Math.abs(value);
    while (scaled >= 1024 && unit + 1 < byteUnits.length) {
        scaled /= 1024;
        unit++;
    }
    return (value < 0 ? '−' : '') + scaledFormat(scaled) + ' ' + byteUnits[unit];
}

function isBytes(member) {
    return byteMembers.has(member);
}

function formatAmount(member, value) {
    return isBytes(member) ? formatBytes(value) : formatCount(value);
}

// "+12 KiB", "−3", "±0"; where both were immortal, there is no difference to speak of.
function formatChange(member, value) {
    if (value === 0 || Number.isNaN(value)) {
        return '±0';
    }
    if (!Number.isFinite(value)) {
        return value > 0 ? 'now immortal' : 'was immortal';
    }
    const text = formatAmount(member, Math.abs(value));
    return (value > 0 ? '+' : '−') + text;
}

function formatExact(member, value) {
    if (!isBytes(member) || value < 1024) {
        return formatAmount(member, value);
    }
    return formatBytes(value) + ' (' + countFormat(value) + ')';
}

function formatShare(part, whole) {
    return whole > 0 ? shareFormat(part / whole) : '0%';
}

function formatTime(seconds) {
    const time = new Date(seconds * 1000);
    return Number.isNaN(time.getTime()) ? String(seconds) :
        time.toISOString().replace('T', ' ').replace('Z', ' UTC');
}
