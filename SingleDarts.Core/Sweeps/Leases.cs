using System.Globalization;
using System.Text;
using System.Text.Json;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Sweeps;

/// <summary>
/// Who has which trial, also over a folder that machines share. Attempt n of a trial is the file <c>hash.n.json</c>, made exclusively;
/// the last of an unbroken series counts. An attempt that was given up, whose process is gone, or that sends no heartbeat is followed by
/// the next number. No attempt that began is ever deleted or renamed, so that two runners that both judge an attempt void still contend
/// for one name. What others write there is not trusted: a number beyond the series is no attempt, what is no file or cannot be read has
/// no owner, and what an owner claims is bounded.
/// </summary>
internal sealed class Leases(string folder, TimeSpan staleAfter)
{
    // A process that was killed between making a lease and writing it; one that is only slow finds out that it has lost the trial.
    private static readonly TimeSpan UnwrittenLasts = TimeSpan.FromSeconds(5);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    };

    /// <summary>Takes a trial.</summary>
    /// <returns>The number of the attempt and its file, or <see langword="null"/> if another has the trial.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public (int Attempt, string File, LeaseOwner Owner)? TryTake(string hash)
    {
        var last = Last(hash);
        if (last.IsHeld)
            return null;
        LeaseOwner owner = LeaseOwner.Current(staleAfter);
        string file = FileOf(hash, last.Attempt + 1);
        FileStream stream;
        try
        {
            stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite);
        }
        catch (IOException) when (Path.Exists(file))
        {
            return null;
        }
        try
        {
            using (stream)
            {
                stream.Write(Encode(owner));
                stream.Flush(flushToDisk: true);
            }
            return (last.Attempt + 1, file, owner);
        }
        catch (IOException)
        {
            File.Delete(file);
            throw;
        }
    }

    /// <summary>The last attempt; number 0 and no owner if there is none.</summary>
    public (int Attempt, LeaseOwner? Owner, bool IsHeld) Last(string hash)
    {
        HashSet<string> names = [.. Directory.EnumerateFileSystemEntries(folder, hash + ".*.json")];
        int attempt = 0;
        while (names.Contains(FileOf(hash, attempt + 1)))
            attempt++;
        if (attempt == 0)
            return (0, null, false);
        string file = FileOf(hash, attempt);
        LeaseOwner? owner = Read(file);
        bool isVoid = owner is not null && (owner.State == LeaseOwner.Free || owner.IsKnownDead);
        return (attempt, owner, !isVoid && Age(file).Duration() < (owner?.StaleAfter ?? UnwrittenLasts));
    }

    /// <summary>Writes the same or as many bytes again, which moves the file's time.</summary>
    public static void Rewrite(string file, LeaseOwner owner)
    {
        using FileStream stream = new GuardedFolder(Path.GetDirectoryName(file)!).Open(file, FileMode.Open, FileShare.ReadWrite);
        stream.Write(Encode(owner));
        stream.Flush(flushToDisk: true);
    }

    private static byte[] Encode(LeaseOwner owner) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(owner, Json));

    private string FileOf(string hash, int attempt) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{hash}.{attempt}.json"));

    private static LeaseOwner? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<LeaseOwner>(BoundedFile.ReadText(file, ReadLimits.ClaimBytes), Json);
        }
        catch (Exception e) when (e is JsonException or IOException or InvalidDataException or UnauthorizedAccessException
            or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Time since the last heartbeat by the clock of the file server, which is asked by writing a file. A time in the future is
    /// negative.</summary>
    private TimeSpan Age(string file)
    {
        string probe = Path.Combine(folder, $".now-{Guid.NewGuid():N}");
        try
        {
            File.WriteAllText(probe, "");
            return File.GetLastWriteTimeUtc(probe) - File.GetLastWriteTimeUtc(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return DateTime.UtcNow - File.GetLastWriteTimeUtc(file);
        }
        finally
        {
            File.Delete(probe);
        }
    }
}
