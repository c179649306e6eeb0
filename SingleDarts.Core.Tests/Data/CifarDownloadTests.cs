using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using SingleDarts.Core.Data;

namespace SingleDarts.Core.Tests.Data;

public class CifarDownloadTests
{
    private static readonly byte[] Data = RandomNumberGenerator.GetBytes(5000);
    private static readonly byte[] Archive = Pack(("set/data.bin", Data), ("set/../../evil.bin", [1]), ("set/readme.html", [2]));

    [Fact]
    public async Task A_download_is_checked_extracted_and_not_repeated()
    {
        using var folder = new TemporaryFolder();
        var server = new Server();
        var reports = new List<LoadProgress>();
        string target = await Fetch(folder, server, new LoadReports(reports));
        reports[^1].Should().Be(new LoadProgress(Archive.Length, Archive.Length));
        File.ReadAllBytes(Path.Combine(target, "data.bin")).Should().Equal(Data);
        Directory.GetFiles(target).Should().ContainSingle("only known files are extracted");
        await Fetch(folder, server);
        File.Delete(Path.Combine(target, "data.bin"));
        await Fetch(folder, server);
        server.Requests.Should().Be(1, "the extracted folder, then the archive, are used again");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_broken_download_goes_on_where_it_stopped_if_the_server_can(bool ranges)
    {
        using var folder = new TemporaryFolder();
        var server = new Server { BreakAfter = 1000, Ranges = ranges };
        await FluentActions.Awaiting(() => Fetch(folder, server)).Should().ThrowAsync<IOException>()
            .WithMessage("*1000 bytes are kept*call again*");
        server.BreakAfter = null;
        File.ReadAllBytes(Path.Combine(await Fetch(folder, server), "data.bin")).Should().Equal(Data);
        server.LastSent.Should().Be(ranges ? Archive.Length - 1000 : Archive.Length);
    }

    [Fact]
    public async Task A_partial_file_that_is_complete_already_is_taken()
    {
        using var folder = new TemporaryFolder();
        folder.Write("set.tar.gz.part", Archive);
        File.ReadAllBytes(Path.Combine(await Fetch(folder, new Server()), "data.bin")).Should().Equal(Data);
    }

    [Fact]
    public async Task A_wrong_checksum_stops_before_extraction_and_the_next_call_starts_anew()
    {
        using var folder = new TemporaryFolder();
        folder.Write("set.tar.gz.part", new byte[100]);
        var server = new Server();
        await FluentActions.Awaiting(() => Fetch(folder, server)).Should().ThrowAsync<InvalidDataException>()
            .WithMessage("*has MD5*expected*published*call again*");
        Directory.GetFiles(Path.Combine(folder.Path, "set")).Should().BeEmpty();
        File.ReadAllBytes(Path.Combine(await Fetch(folder, server), "data.bin")).Should().Equal(Data);
    }

    [LinuxFact("Making symbolic links needs a privilege elsewhere.")]
    public async Task Files_that_are_there_as_links_are_not_fetched_and_links_to_nothing_are_named_before_any_request()
    {
        using var folder = new TemporaryFolder();
        folder.Write("store/blob", Data);
        Directory.CreateDirectory(Path.Combine(folder.Path, "set"));
        File.CreateSymbolicLink(Path.Combine(folder.Path, "set", "data.bin"), "../store/blob");
        var server = new Server();
        File.ReadAllBytes(Path.Combine(await Fetch(folder, server), "data.bin")).Should().Equal(Data);
        Directory.Move(Path.Combine(folder.Path, "store"), Path.Combine(folder.Path, "moved"));
        await FluentActions.Awaiting(() => Fetch(folder, server)).Should().ThrowAsync<FileNotFoundException>()
            .WithMessage("*data.bin' is a symbolic link to '../store/blob', which does not exist*");
        Directory.Move(Path.Combine(folder.Path, "set"), Path.Combine(folder.Path, "old"));
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "set"), "nowhere");
        await FluentActions.Awaiting(() => Fetch(folder, server)).Should().ThrowAsync<FileNotFoundException>()
            .WithMessage("*set' is a symbolic link to 'nowhere'*");
        server.Requests.Should().Be(0);
    }

    [LinuxTheory("Making symbolic links needs a privilege elsewhere.")]
    [InlineData("set")]
    [InlineData("set/data.bin")]
    [InlineData("set/data.bin.part")]
    [InlineData("set.tar.gz.part")]
    public async Task Nothing_is_written_through_a_link_in_the_folder(string name)
    {
        using var folder = new TemporaryFolder();
        folder.Write("outside/authorized_keys", "ssh-ed25519 mine"u8.ToArray());
        Directory.CreateDirectory(Path.GetDirectoryName(folder["data/" + name])!);
        File.CreateSymbolicLink(folder["data/" + name], folder[name == "set" ? "outside" : "outside/authorized_keys"]);
        await FluentActions.Awaiting(() => Fetch(folder, new Server(), into: "data")).Should().ThrowAsync<IOException>()
            .WithMessage($"*{name}' is a symbolic link to*");
        File.ReadAllText(folder["outside/authorized_keys"]).Should().Be("ssh-ed25519 mine");
        Directory.GetFileSystemEntries(folder["outside"]).Should().ContainSingle();
    }

    [Fact]
    public async Task An_unreachable_server_is_an_error_with_the_address()
    {
        using var folder = new TemporaryFolder();
        await FluentActions.Awaiting(() => Fetch(folder, new Server { Status = HttpStatusCode.NotFound }))
            .Should().ThrowAsync<IOException>().WithMessage("Downloading http://test/set.tar.gz failed*404*");
    }

    [Fact]
    public void The_official_archives_have_the_published_addresses_and_checksums()
    {
        (CifarArchive.Cifar10.Address.ToString(), CifarArchive.Cifar10.Md5).Should()
            .Be(("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530"));
        (CifarArchive.Cifar100.Address.ToString(), CifarArchive.Cifar100.Md5).Should()
            .Be(("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz", "03b5dce01913d631647c71ecec9e9cb8"));
        CifarArchive.Cifar10.Files.Values.Should().OnlyContain(size => size == 30_730_000);
        (CifarArchive.Cifar100.Files["train.bin"], CifarArchive.Cifar100.Files["test.bin"]).Should().Be((153_700_000, 30_740_000));
    }

    private static async Task<string> Fetch(TemporaryFolder folder, Server server, IProgress<LoadProgress>? progress = null,
        string into = "")
    {
        var archive = new CifarArchive(new("http://test/set.tar.gz"), Convert.ToHexStringLower(MD5.HashData(Archive)), "set",
            new Dictionary<string, long> { ["data.bin"] = Data.Length });
        using var client = new HttpClient(server, disposeHandler: false);
        return await CifarDownload.FetchAsync(archive, folder[into], progress, default, client);
    }

    private static byte[] Pack(params (string Name, byte[] Content)[] files)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest))
        using (var tar = new TarWriter(gzip))
            foreach (var (name, content) in files)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        return result.ToArray();
    }

    private sealed class Server : HttpMessageHandler
    {
        public int? BreakAfter { get; set; }
        public bool Ranges { get; init; } = true;
        public HttpStatusCode Status { get; init; } = HttpStatusCode.OK;
        public int Requests { get; private set; }
        public int LastSent { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            if (Status != HttpStatusCode.OK)
                return Task.FromResult(new HttpResponseMessage(Status));
            int from = Ranges ? (int)(request.Headers.Range?.Ranges.Single().From ?? 0) : 0;
            if (from >= Archive.Length)
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.RequestedRangeNotSatisfiable));
            byte[] body = Archive[from..];
            LastSent = body.Length;
            var content = new StreamContent(new MemoryStream(body[..(BreakAfter ?? body.Length)]));
            content.Headers.ContentLength = body.Length;
            if (from > 0)
                content.Headers.ContentRange = new ContentRangeHeaderValue(from, Archive.Length - 1, Archive.Length);
            return Task.FromResult(new HttpResponseMessage(from > 0 ? HttpStatusCode.PartialContent : HttpStatusCode.OK) {
                Content = content });
        }
    }
}
