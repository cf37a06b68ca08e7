// theme.js - light and dark, and the colours of rectangles in both.
'use strict';

const themes = ['auto', 'light', 'dark'];
const themeKey = 'own-report-theme';
const darkSystem = window.matchMedia('(prefers-color-scheme: dark)');
const hueCount = 24;
const changeSteps = 16;
const theme = {chosen: 'auto', colours: null};

function isDark() {
    return theme.chosen === 'dark' || (theme.chosen === 'auto' && darkSystem.matches);
}

// What a canvas needs, which cannot use the variables of page.css by itself.
function readColours() {
    const style = window.getComputedStyle(document.documentElement);
    const colours = {hues: [], grew: [], shrank: []};
    for (const name of ['paper', 'text', 'faint', 'fill', 'many', 'match', 'line', 'accent']) {
        colours[name] = style.getPropertyValue('--' + name).trim();
    }
    const dark = isDark();
    for (let i = 0; i < hueCount; i++) {
        colours.hues.push(d3.hcl(360 * i / hueCount, dark ? 26 : 32, dark ? 38 : 83).toString());
    }
    for (const change of ['grew', 'shrank']) {
        const mix = d3.interpolateRgb(colours.fill, style.getPropertyValue('--' + change).trim());
        for (let i = 0; i <= changeSteps; i++) {
            colours[change].push(mix(0.3 + 0.7 * i / changeSteps));
        }
    }
    return colours;
}

// The same name has the same colour in every report.
function hueOf(name) {
    let hash = 0;
    for (let i = 0; i < name.length && i < 256; i++) {
        hash = (hash * 31 + name.charCodeAt(i)) >>> 0;
    }
    return ((hash ^ (hash >>> 13)) >>> 0) % hueCount;
}

// By how much of the larger of its two states a node has changed.
function changeColour(change, larger) {
    if (change === 0 || larger === 0) {
        return theme.colours.fill;
    }
    const step = Math.round(changeSteps * Math.min(1, Math.abs(change) / larger));
    return change > 0 ? theme.colours.grew[step] : theme.colours.shrank[step];
}

function applyTheme() {
    document.documentElement.dataset.theme = isDark() ? 'dark' : 'light';
    theme.colours = readColours();
    d3.select('#theme').text('Theme: ' + theme.chosen);
}

// A browser may forbid a page from a file to keep anything.
function nextTheme() {
    theme.chosen = themes[(themes.indexOf(theme.chosen) + 1) % themes.length];
    try {
        window.localStorage.setItem(themeKey, theme.chosen);
    } catch (error) {
        console.debug('the theme is not kept: ' + error.message);
    }
    applyTheme();
}

function startTheme(changed) {
    let kept = null;
    try {
        kept = window.localStorage.getItem(themeKey);
    } catch (error) {
        console.debug('no theme is kept: ' + error.message);
    }
    if (themes.includes(kept)) {
        theme.chosen = kept;
    }
    applyTheme();
    darkSystem.addEventListener('change', function () {
        applyTheme();
        changed();
    });
}
