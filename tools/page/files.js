// files.js - where snapshots come from: the page itself, files that are chosen, files that are
// dropped on it.
'use strict';

const emptyData = 'null';

function showMessage(text) {
    d3.select('#message').property('hidden', text === '').select('span').text(text);
}

function snapshotOf(name, text) {
    try {
        return readSnapshot(text);
    } catch (error) {
        showMessage(name + ' cannot be shown: ' + error.message);
        return null;
    }
}

// What ownstat has put into the page, if it has.
function embedded(id, name) {
    const text = document.getElementById(id).textContent.trim();
    return text === emptyData ? null : snapshotOf(name, text);
}

// Reads files and gives their snapshots to `use`, unless one of them is none.
async function readFiles(files, use) {
    const snapshots = [];
    showMessage('');
    for (const file of files) {
        let text;
        try {
            text = await file.text();
        } catch (error) {
            showMessage(file.name + ' cannot be read: ' + error.message);
            return;
        }
        const snapshot = snapshotOf(file.name, text);
        if (!snapshot) {
            return;
        }
        snapshots.push(snapshot);
    }
    use(snapshots);
}

function openSnapshots(snapshots) {
    if (snapshots.length === 1) {
        showSnapshots(snapshots[0], null);
    } else if (snapshots.length === 2) {
        snapshots.sort((a, b) => b.report.time - a.report.time);
        showSnapshots(snapshots[0], snapshots[1]);
    } else if (snapshots.length > 2) {
        showMessage('One report can be shown, or two as a difference, but not ' +
            snapshots.length + '.');
    }
}

function startFiles() {
    function whenChosen(id, use) {
        document.getElementById(id).addEventListener('change', function () {
            readFiles([...this.files], use);
            this.value = '';
        });
    }
    whenChosen('open', openSnapshots);
    whenChosen('compare', ([older]) => showSnapshots(page.now, older));
    d3.selectAll('.choose').on('click', function () {
        document.getElementById(this.dataset.input).click();
    });
    document.addEventListener('dragover', function (event) {
        event.preventDefault();
        document.body.classList.add('dropping');
    });
    document.addEventListener('dragleave', function (event) {
        if (!event.relatedTarget) {
            document.body.classList.remove('dropping');
        }
    });
    document.addEventListener('drop', function (event) {
        event.preventDefault();
        document.body.classList.remove('dropping');
        readFiles([...event.dataTransfer.files], openSnapshots);
    });
}
