// The peer's two scenarios for ns-3: a dumbbell and a ring all-reduce. Compiled at run time by ns-3's Python package.
// Both use TCP CUBIC, frames of 9000 bytes, buffers and queues that never limit, and no queueing discipline of ns-3's
// own. Times are seconds of the simulation.
using namespace ns3;

namespace bench
{

struct Result
{
    double seconds;
};

void
Configure(uint64_t buffer, uint32_t segment)
{
    Config::SetDefault("ns3::TcpL4Protocol::SocketType", TypeIdValue(TypeId::LookupByName("ns3::TcpCubic")));
    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(segment));
    Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(buffer));
    Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(buffer));
    // Its HyStart ends slow start long before the line is full, where that of Linux does not.
    Config::SetDefault("ns3::TcpCubic::HyStart", BooleanValue(false));
    Config::SetDefault("ns3::TcpSocket::InitialCwnd", UintegerValue(10));
}

NetDeviceContainer
Join(Ptr<Node> a, Ptr<Node> b, double rateBps, double delayS, uint16_t mtu)
{
    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", DataRateValue(DataRate(static_cast<uint64_t>(rateBps))));
    link.SetDeviceAttribute("Mtu", UintegerValue(mtu));
    link.SetChannelAttribute("Delay", TimeValue(Seconds(delayS)));
    link.SetQueue("ns3::DropTailQueue<Packet>", "MaxSize", QueueSizeValue(QueueSize("2000000p")));
    return link.Install(a, b);
}

// Gives every link a network of its own; returns the address of each link's first end.
std::vector<Ipv4Address>
Address(const std::vector<NetDeviceContainer>& links)
{
    Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.0");
    TrafficControlHelper control;
    std::vector<Ipv4Address> found;
    for (const auto& link : links)
    {
        found.push_back(addresses.Assign(link).GetAddress(0));
        control.Uninstall(link);
        addresses.NewNetwork();
    }
    Ipv4GlobalRoutingHelper::PopulateRoutingTables();
    return found;
}

struct Meter
{
    uint64_t wanted;
    uint64_t got = 0;
    double end = 0;

    void Take(Ptr<const Packet> packet, const ns3::Address&)
    {
        got += packet->GetSize();
        if (got >= wanted)
        {
            end = Simulator::Now().GetSeconds();
            Simulator::Stop();
        }
    }
};

Result
Dumbbell(double rateBps, double delayS, uint64_t size, uint16_t mtu, uint64_t buffer)
{
    Configure(buffer, mtu - 52);
    NodeContainer nodes;
    nodes.Create(4);
    InternetStackHelper().Install(nodes);
    std::vector<NetDeviceContainer> links;
    links.push_back(Join(nodes.Get(0), nodes.Get(1), rateBps, 0, mtu));
    links.push_back(Join(nodes.Get(1), nodes.Get(2), rateBps, delayS, mtu));
    links.push_back(Join(nodes.Get(3), nodes.Get(2), rateBps, 0, mtu));
    InetSocketAddress target(Address(links)[2], 5000);
    Meter meter{size};
    PacketSinkHelper sink("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), 5000));
    auto sinks = sink.Install(nodes.Get(3));
    sinks.Get(0)->TraceConnectWithoutContext("Rx", MakeCallback(&Meter::Take, &meter));
    BulkSendHelper bulk("ns3::TcpSocketFactory", target);
    bulk.SetAttribute("MaxBytes", UintegerValue(size));
    bulk.SetAttribute("SendSize", UintegerValue(65536));
    bulk.Install(nodes.Get(0));
    Simulator::Run();
    Simulator::Destroy();
    return Result{meter.end - 2 * delayS}; // the twin's clock starts once it is connected
}

struct Rank;

struct Around
{
    std::vector<Rank> ranks;
    uint32_t connecting;
    uint32_t left;
    double start = 0;
    double end = 0;
};

struct Rank
{
    Around* ring;
    Ptr<Socket> out;
    uint64_t block;
    uint32_t steps;
    uint64_t got = 0;
    uint64_t toSend = 0;
    uint32_t begun = 0;

    void Begin()
    {
        toSend += block;
        begun++;
        Push(out, 0);
    }

    void Push(Ptr<Socket>, uint32_t)
    {
        while (toSend)
        {
            uint32_t part = std::min<uint64_t>({toSend, out->GetTxAvailable(), 65536});
            if (!part || out->Send(Create<Packet>(part)) <= 0)
            {
                return;
            }
            toSend -= part;
        }
    }

    void Connected(Ptr<Socket>)
    {
        if (--ring->connecting)
        {
            return;
        }
        ring->start = Simulator::Now().GetSeconds();
        for (auto& rank : ring->ranks)
        {
            rank.Begin();
        }
    }

    void Accept(Ptr<Socket> in, const ns3::Address&)
    {
        in->SetRecvCallback(MakeCallback(&Rank::Take, this));
    }

    void Take(Ptr<Socket> in)
    {
        while (Ptr<Packet> packet = in->Recv())
        {
            got += packet->GetSize();
        }
        while (begun < steps && got >= begun * block)
        {
            Begin();
        }
        if (got == steps * block && --ring->left == 0)
        {
            ring->end = Simulator::Now().GetSeconds();
            Simulator::Stop();
        }
    }
};

// A lock-step ring over `count` nodes around one router, timed from when all are connected.
Result
Ring(uint32_t count, double rateBps, double delayS, uint64_t size, uint16_t mtu, uint64_t buffer)
{
    Configure(buffer, mtu - 52);
    NodeContainer nodes;
    nodes.Create(count + 1);
    InternetStackHelper().Install(nodes);
    std::vector<NetDeviceContainer> links;
    for (uint32_t i = 0; i < count; i++)
    {
        links.push_back(Join(nodes.Get(i), nodes.Get(count), rateBps, delayS / 2, mtu));
    }
    auto addresses = Address(links);
    Around ring;
    ring.ranks.resize(count);
    ring.connecting = ring.left = count;
    auto& ranks = ring.ranks;
    for (uint32_t i = 0; i < count; i++)
    {
        ranks[i].block = size / count;
        ranks[i].steps = 2 * (count - 1);
        ranks[i].ring = &ring;
        auto listener = Socket::CreateSocket(nodes.Get(i), TcpSocketFactory::GetTypeId());
        listener->Bind(InetSocketAddress(Ipv4Address::GetAny(), 7000));
        listener->Listen();
        listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const ns3::Address&>(),
                                    MakeCallback(&Rank::Accept, &ranks[i]));
    }
    for (uint32_t i = 0; i < count; i++)
    {
        auto out = Socket::CreateSocket(nodes.Get(i), TcpSocketFactory::GetTypeId());
        ranks[i].out = out;
        out->SetConnectCallback(MakeCallback(&Rank::Connected, &ranks[i]), MakeNullCallback<void, Ptr<Socket>>());
        out->SetSendCallback(MakeCallback(&Rank::Push, &ranks[i]));
        out->Bind();
        out->Connect(InetSocketAddress(addresses[(i + 1) % count], 7000));
    }
    Simulator::Run();
    ranks.clear();
    Simulator::Destroy();
    return Result{ring.end - ring.start};
}

} // namespace bench
