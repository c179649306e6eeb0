using System.Numerics;
using Google.Protobuf;
using SingleDarts.Core.Runtime;
using Tensorboard;
using TorchSharp;
using TorchSharp.Modules;

namespace SingleDarts.Core.Diagnostics;

/// <summary>An event file of TensorBoard, written by TorchSharp, which opens it by its path for every point.</summary>
internal sealed class EventFile
{
    private const string Pattern = "events.out.tfevents.*";
    private readonly GuardedFolder folder;
    private readonly SummaryWriter writer;
    private readonly string name;

    private EventFile(GuardedFolder folder)
    {
        this.folder = folder;
        // The suffix tells this file from others; TorchSharp keeps the name to itself.
        string suffix = Guid.NewGuid().ToString("N")[..8];
#pragma warning disable RS0030 // Only its histograms, images and videos make scalars.
        writer = torch.utils.tensorboard.SummaryWriter(folder.CreateFolder(), suffix);
#pragma warning restore RS0030
        name = Path.GetFileName(Directory.GetFiles(folder.Path, $"{Pattern}.{suffix}").Single());
    }

    /// <summary>Why a folder cannot take an event file; null if it can.</summary>
    public static string? Fault(GuardedFolder folder)
    {
        try
        {
            folder.CreateFolder();
            foreach (string entry in Directory.EnumerateFileSystemEntries(folder.Path, Pattern))
                folder.PathOf(entry);
            using FileStream probe = folder.Open(
                $"{Guid.NewGuid():N}.tmp", FileMode.CreateNew, FileShare.None, FileOptions.DeleteOnClose, bufferSize: 1);
            probe.Write(new byte[4096]);
            probe.Flush(flushToDisk: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{nameof(TensorBoardLog)} cannot write to the folder {folder.Path}: {e.Message} Choose another folder, make it " +
                "writable or free some space.";
        }
    }

    /// <summary>Begins a file whose points replace those of earlier files in the folder from an epoch on.</summary>
    public static EventFile Create(GuardedFolder folder, int firstEpoch) => Explaining(folder, () =>
    {
        var file = new EventFile(folder);
        file.StartSession(firstEpoch);
        return file;
    });

    /// <summary>Adds the points of one epoch.</summary>
    /// <exception cref="IOException">The file cannot be written, or is a link.</exception>
    public void Write(int epoch, IEnumerable<(string Tag, double Value)> scalars, (string Tag, string Markdown)? text) =>
        Explaining(folder, () =>
        {
            folder.WritablePathOf(name);
            foreach (var (tag, value) in scalars)
                writer.add_scalar(tag, (float)value, epoch);
            if (text is { } said)
                writer.add_text(said.Tag, said.Markdown, epoch);
            return this;
        });

    /// <summary>TorchSharp's writer has no such event: an 8-byte length, its checksum, the event, its checksum.</summary>
    private void StartSession(int firstEpoch)
    {
        byte[] content = new Event
        {
            Step = firstEpoch,
            WallTime = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            SessionLog = new SessionLog { Status = SessionLog.Types.SessionStatus.Start },
        }.ToByteArray();
        byte[] length = BitConverter.GetBytes((long)content.Length);
        using FileStream stream = folder.Open(name, FileMode.Append, FileShare.Read);
        stream.Write([.. length, .. MaskedChecksum(length), .. content, .. MaskedChecksum(content)]);
    }

    private static byte[] MaskedChecksum(byte[] bytes)
    {
        uint checksum = ~bytes.Aggregate(~0u, BitOperations.Crc32C);
        return BitConverter.GetBytes(BitOperations.RotateRight(checksum, 15) + 0xa282ead8);
    }

    private static EventFile Explaining(GuardedFolder folder, Func<EventFile> write)
    {
        try
        {
            return write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"{nameof(TensorBoardLog)} cannot write to the folder {folder.Path}: {e.Message} Free some space or leave it out, and " +
                "resume the run.", e);
        }
    }
}
