"""What bench-file reads and lists, below one folder; made once and used again."""
import os, shutil, subprocess

BIG = 4 << 30  # bytes of the large file
DIRECT = 1 << 30
COUNT = 1_000_000


def write_file(path, size, block):
    """Really written: a file of holes, or of room only reserved, reads faster than one that has been."""
    if path.exists() and path.stat().st_size == size:
        return
    with open(path, "wb") as file:
        for _ in range(size // len(block)):
            file.write(block)
        os.fsync(file.fileno())


class Data:
    def __init__(self, folder, bench, small):
        self.folder, self._bench, self._small = folder, bench, small
        self.direct = folder / "direct.dat"
        self.big = folder / "big" / "object"
        self.many = folder / "many"
        self.small = folder / "small"
        self._fresh = 0

    def make(self, groups):
        """What the groups of these names need."""
        self.big.parent.mkdir(parents=True, exist_ok=True)
        need = " ".join(groups)
        if "direct" in need:
            write_file(self.direct, DIRECT, os.urandom(1 << 20))
            descriptor = os.open(self.direct, os.O_RDONLY)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)  # a direct read looks for pages in the cache first
            os.close(descriptor)
        if "GiB file" in need or "cached" in need:
            write_file(self.big, BIG, bytes(1 << 20))
            subprocess.run(["cat", str(self.big)], stdout=subprocess.DEVNULL, check=True)
        if "list of" in need:
            self._make_many()
        if "reads of 4 KiB" in need and not self.small.exists():
            self.small.mkdir()
            subprocess.run([self._bench, "plain-put", str(self.small), str(self._small)], stdout=subprocess.DEVNULL, check=True)

    def _make_many(self):
        made = self.folder / "many.made"
        if not made.exists():
            shutil.rmtree(self.many, ignore_errors=True)
            self.many.mkdir()
            folder = os.open(self.many, os.O_RDONLY)
            for i in range(COUNT):  # in the order of their names, as programs that number their files do
                os.mknod(f"f{i:07}", 0o644, dir_fd=folder)
            os.close(folder)
            os.sync()
            made.touch()
        subprocess.run(["find", str(self.many), "-size", "+1"], stdout=subprocess.DEVNULL, check=True)  # names and inodes are in memory

    def fresh(self):
        """A new folder. What is written is removed at the end, all at once: ext4 passes over inodes that were freed a moment ago, which
        makes every file that is made then several times as dear, whoever makes it."""
        self._fresh += 1
        folder = self.folder / f"written-{self._fresh}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        os.sync()
        return folder

    def remove_written(self):
        for folder in self.folder.glob("written-*"):
            shutil.rmtree(folder)
