using System.Net;
using System.Net.Http.Headers;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Data;

/// <summary>One file over HTTP, continued with a range request from what a partial file holds.</summary>
internal static class ResumableDownload
{
    private const int BufferBytes = 1 << 17;

    public static async Task RunAsync(Uri address, string partial, IProgress<LoadProgress>? progress, CancellationToken cancellation,
        HttpClient? client)
    {
        using var own = client is null ? new HttpClient() : null;
        try
        {
            await ContinueAsync(client ?? own!, address, partial, progress, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException
            || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            long kept = File.Exists(partial) ? FileBehind.Of(partial).Length : 0;
            throw new IOException(
                $"Downloading {address} failed ({e.Message}). {kept} bytes are kept in '{partial}'; call again to go on, " +
                $"or put the file there by hand as '{Path.GetFileNameWithoutExtension(partial)}'.", e);
        }
    }

    private static async Task ContinueAsync(HttpClient client, Uri address, string partial, IProgress<LoadProgress>? progress,
        CancellationToken cancellation)
    {
        await using FileStream output = new GuardedFolder(Path.GetDirectoryName(partial)!)
            .Open(partial, FileMode.OpenOrCreate, FileShare.Read);
        long done = output.Length;
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (done > 0)
            request.Headers.Range = new RangeHeaderValue(done, null);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        // The range begins at the end of the file: all bytes are there, and the checksum decides.
        if (done > 0 && response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            return;
        response.EnsureSuccessStatusCode();
        // A server that does not continue exactly there sends another part of the file, usually all of it.
        bool continues = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == done;
        if (!continues && response.StatusCode == HttpStatusCode.PartialContent)
            throw new HttpRequestException(
                $"asked for bytes from {done}, the server answered with range " +
                Quoted.Of(response.Content.Headers.ContentRange?.ToString()));
        if (!continues)
            output.SetLength(done = 0);
        output.Position = done;
        long? total = response.Content.Headers.ContentLength + done;
        ReadLimits.DownloadBytes.Require(total ?? 0, $"The answer of {address}");

        await using var input = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        byte[] buffer = new byte[BufferBytes];
        for (int read; (read = await input.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
        {
            await output.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
            ReadLimits.DownloadBytes.Require(done += read, $"The answer of {address}");
            progress?.Report(new(done, total));
        }
        if (total is { } expected && done < expected)
            throw new HttpRequestException($"the connection ended after {done} of {expected} bytes");
    }
}
